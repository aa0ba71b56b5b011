// The view Classes: pictures become examples, one request for each; what came of it is told below.
"use strict";

(() => {
  const { send, zone, whenever, element } = window.pigeonhole;
  const waiting = [];
  let named = []; // pictures that wait for the name of their class
  let busy = false;

  function take(label, files) {
    // Asked for now: the page may have put another class in its place meanwhile.
    if (!label.dataset.new) return add(label.dataset.of, files);
    named.push(...files);
    const name = newName();
    if (name) return make(name);
    tell(element("li", `${count(named)} chosen: name the class, then press Enter.`));
    document.getElementById("new-class")?.focus();
  }

  const newName = () => document.getElementById("new-class")?.value.trim() ?? "";
  const count = (files) => (files.length === 1 ? files[0].name : `${files.length} pictures`);

  function make(name) {
    if (/^\.|[/\\]/.test(name)) {
      return tell(element("li", "A name neither begins with a dot nor has a slash.", "wrong"));
    }
    if (!named.length) return tell(element("li", `Now give ${name} a picture: one is enough.`));
    const files = named;
    named = [];
    add(name, files, true);
  }

  function add(name, files, isNew = false) {
    for (const file of files) {
      const line = element("li");
      const bar = element("progress");
      bar.max = 1;
      bar.value = 0;
      bar.setAttribute("aria-label", file.name);
      line.append(element("span", `${file.name} → ${name}`, "name"), bar);
      tell(line);
      waiting.push({ name, file, line, bar, isNew });
    }
    next();
  }

  function next() {
    if (busy || !waiting.length) return;
    const { name, file, line, bar, isNew } = waiting.shift();
    busy = true;
    send(`/classes/${encodeURIComponent(name)}/examples`, file, (part) => (bar.value = part))
      .then(([told]) => {
        bar.replaceWith(element("span", told.new ? "is an example now" : `was one already: ${told.support}`));
        if (isNew) window.dash_clientside.set_props("new-class", { value: "" });
        changed();
      })
      .catch((error) => bar.replaceWith(element("span", error.message, "wrong")))
      .finally(() => {
        busy = false;
        line.classList.add("done");
        next();
      });
  }

  // Have the page look at the classes again.
  const changed = () => window.dash_clientside.set_props("classes-changed", { data: Date.now() });

  function tell(line) {
    const place = document.getElementById("adding");
    if (!place) return;
    // What is over makes room for what is new.
    if (!waiting.length && !busy) place.replaceChildren();
    place.append(line);
    line.scrollIntoView({ block: "nearest" });
  }

  // What is shown anew takes the place of whoever goes by keys with it: they are put back there, or
  // on what is next.
  let place = null;
  const buttons = (head) =>
    [...document.querySelectorAll("section.class")]
      .filter((one) => one.ariaLabel === head)
      .flatMap((one) => [...one.querySelectorAll("button, input")]);
  document.addEventListener("pointerdown", () => (place = null));
  document.addEventListener("focusin", ({ target }) => {
    const head = target.closest("section.class")?.ariaLabel;
    place = head ? { id: target.id, head, number: buttons(head).indexOf(target) } : null;
  });
  whenever("section.class", () => {
    if (!place || document.activeElement !== document.body) return;
    const left = buttons(place.head);
    const again = (place.id && document.getElementById(place.id)) || left[place.number] || left.at(-1);
    again?.focus({ preventScroll: true });
  });

  whenever(".examples-zone", (label) => zone(label, (files) => take(label, files)));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.id === "new-class" && newName()) make(newName());
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-changed]")) changed();
  });
  window.addEventListener("beforeunload", (event) => {
    if (waiting.length || busy) event.preventDefault();
  });
})();
