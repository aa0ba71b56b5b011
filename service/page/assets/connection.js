// Whether the page is still heard: what is said to a service that does not answer is not recorded.
"use strict";

(() => {
  const { element } = window.pigeonhole;
  const fetched = window.fetch;

  function tell(text, href) {
    let place = document.getElementById("connection");
    if (!place) {
      place = element("p", "", "connection");
      place.id = "connection";
      place.setAttribute("role", "alert");
      document.body.prepend(place);
    }
    if (place.dataset.said === text) return;
    place.dataset.said = text;
    place.textContent = `${text} `;
    if (!href) return;
    const link = element("a", "Go on");
    link.href = href;
    place.append(link);
  }

  function heard() {
    document.getElementById("connection")?.remove();
  }

  // Dash asks by fetch, and says nothing when it is not answered.
  window.fetch = async (...asked) => {
    const url = String(asked[0]?.url ?? asked[0]);
    if (!url.includes("/_dash-")) return fetched(...asked);
    try {
      const answer = await fetched(...asked);
      const here = encodeURIComponent(location.pathname + location.search);
      if (answer.status === 401)
        tell("You are signed out: nothing is recorded.", `/sign-in?next=${here}`);
      else if (answer.status === 400)
        tell("The service is another than this page was made by.", location.href);
      else if (answer.status >= 500)
        tell("The service is in trouble: what you said may not be recorded. Its log tells more.");
      else heard();
      return answer;
    } catch (error) {
      tell("The service does not answer: nothing is recorded until it is back.");
      throw error;
    }
  };
})();
