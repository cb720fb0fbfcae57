// Shows what a ban would hit while it is typed. Without scripts the button "Preview" does.
(function () {
    "use strict";
    const place = document.getElementById("live-preview");
    const inputs = ["address", "provider", "hash"].map((name) => document.getElementById("id_" + name));
    if (!place || inputs.includes(null)) {
        return;
    }
    let waiting = 0;
    let latest = 0;

    async function show() {
        const asked = ++latest;
        const query = new URLSearchParams(inputs.map((input) => [input.name, input.value.trim()]));
        if (![...query.values()].some(Boolean)) {
            place.replaceChildren();
            return;
        }
        const answer = await fetch(place.dataset.url + "?" + query, { credentials: "same-origin" });
        const text = await answer.text();
        if (answer.ok && asked === latest) {
            place.innerHTML = text;
        }
    }

    for (const input of inputs) {
        input.addEventListener("input", () => {
            clearTimeout(waiting);
            waiting = setTimeout(show, 400);
        });
    }
    show();
})();
