// What the other scripts share; they come after it in the alphabet, which is how they are loaded.
"use strict";

window.pigeonhole = (() => {
  // A file to the HTTP API: the answer as an object, or an Error that tells what is wrong and what to do.
  function send(url, file, progressed = () => {}) {
    return new Promise((done, failed) => {
      const request = new XMLHttpRequest();
      const form = new FormData();
      form.append("file", file, file.name);
      request.upload.onprogress = (event) =>
        event.lengthComputable && progressed(event.loaded / event.total);
      request.onload = () => {
        let told = {};
        try {
          told = JSON.parse(request.responseText);
        } catch {
          // A proxy, perhaps: its own words are no use to anybody.
        }
        if (request.status < 300) done(told);
        else if (request.status === 401) failed(new Error("You are signed out: load the page again"));
        else failed(new Error([told.detail || "it was refused", told.advice].filter(Boolean).join(". ")));
      };
      request.onerror = () => failed(new Error("the service does not answer"));
      request.open("POST", url);
      request.send(form);
    });
  }

  // Make a label a place for files: dropped on it, or chosen by it.
  function zone(label, given) {
    if (label.dataset.ready) return;
    label.dataset.ready = "yes";
    const input = document.createElement("input");
    input.type = "file";
    input.multiple = true;
    input.className = "unseen";
    input.addEventListener("change", () => {
      given([...input.files]);
      input.value = "";
    });
    label.append(input);
    label.addEventListener("dragover", (event) => {
      event.preventDefault();
      label.classList.add("over");
    });
    label.addEventListener("dragleave", () => label.classList.remove("over"));
    label.addEventListener("drop", (event) => {
      event.preventDefault();
      label.classList.remove("over");
      given([...event.dataTransfer.files]);
    });
  }

  // Do something whenever an element that matches has come on the page: views come and go.
  function whenever(selector, then) {
    const look = () => document.querySelectorAll(selector).forEach((found) => then(found));
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
    look();
  }

  // An element with text in it: never HTML, for names come from anywhere.
  function element(tag, text = "", kind = "") {
    const made = document.createElement(tag);
    made.textContent = text;
    if (kind) made.className = kind;
    return made;
  }

  return { send, zone, whenever, element };
})();

// A picture that is not there leaves its frame empty, until another one stands in it.
for (const kind of ["error", "load"]) {
  const told = ({ target }) => target.tagName === "IMG" && target.classList.toggle("gone", kind === "error");
  document.addEventListener(kind, told, true);
}

// A file that misses its place would take the page's place.
for (const kind of ["dragover", "drop"]) window.addEventListener(kind, (event) => event.preventDefault());
