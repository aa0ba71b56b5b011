// The view Drop: files go to the inbox by way of /inference, and what they are is shown as it is told.
"use strict";

(() => {
  const { send, zone, whenever, element } = window.pigeonhole;
  const AT_ONCE = 2;
  const waiting = [];
  let under = 0;
  let done = 0;
  let all = 0;

  function take(files) {
    const lines = document.createDocumentFragment();
    for (const file of files) {
      const line = element("li");
      const bar = element("progress");
      bar.max = 1;
      bar.value = 0;
      bar.setAttribute("aria-label", file.name);
      line.append(picture(file), element("span", file.name, "name"), bar);
      lines.append(line);
      waiting.push({ file, line, bar });
    }
    document.getElementById("dropped")?.prepend(lines);
    all += files.length;
    next();
  }

  function next() {
    tell();
    while (under < AT_ONCE && waiting.length) {
      const { file, line, bar } = waiting.shift();
      under += 1;
      send("/inference?keep=true", file, (part) => (bar.value = part))
        .then((answer) => bar.replaceWith(...judged(answer)))
        .catch((error) => bar.replaceWith(element("span", error.message, "wrong")))
        .finally(() => {
          under -= 1;
          done += 1;
          line.classList.add("ended");
          next();
        });
    }
  }

  function tell() {
    const place = document.getElementById("drop-progress");
    if (place && all) place.textContent = done < all ? `${done} of ${all} judged` : `All ${all} judged`;
    if (done === all) done = all = 0;
  }

  function judged(answer) {
    const by = answer.decided_by === "detector" ? answer.detectors[answer.class] : answer.score;
    const sure = `${Math.round(by * 100)} %`;
    const told =
      answer.class === "unknown"
        ? answer.nearest_class
          ? `Unknown, nearest ${answer.nearest_class}, ${sure}`
          : answer.detections.length
            ? "Unknown: no detector knows it"
            : "Unknown: there are no classes yet"
        : `${answer.class}, ${sure}`;
    const fields = Object.values(answer.fields ?? {}).filter(Boolean).join(" · ");
    const parts = [element("strong", told)];
    if (fields) parts.push(element("span", fields, "fields"));
    parts.push(element("small", `put into ${answer.kept}`));
    return parts;
  }

  // Shown from this machine; what a browser cannot show stays an empty frame.
  function picture(file) {
    const frame = element("span", "", "none");
    if (!/^image\/(png|jpeg|webp|gif|bmp|avif)$/.test(file.type)) return frame;
    const shown = document.createElement("img");
    shown.alt = "";
    shown.src = URL.createObjectURL(file);
    shown.onload = () => URL.revokeObjectURL(shown.src);
    shown.onerror = () => shown.replaceWith(frame);
    return shown;
  }

  whenever("#drop-zone", (place) => zone(place, take));
  window.addEventListener("beforeunload", (event) => {
    if (waiting.length || under) event.preventDefault();
  });
})();
