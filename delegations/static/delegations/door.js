// The door of a sitting: camera, search and marks that wait while there is no connection.
// Everything here improves a page that works without it.
(function () {
  "use strict";

  const door = document.getElementById("door");
  if (!door) return;
  const words = JSON.parse(document.getElementById("door-words").textContent);
  const token = door.querySelector("[name=csrfmiddlewaretoken]").value;
  const state = document.getElementById("door-state");
  const answer = document.getElementById("door-answer");
  const found = document.getElementById("door-found");
  const waiting = document.getElementById("door-waiting");
  const field = document.getElementById("door-q");
  const store = door.dataset.store;
  const AGAIN = 5000; // milliseconds until what waits is told once more
  const SAME = 3000; // milliseconds in which a badge held before the camera counts once
  const AT_ONCE = 200;
  let people = null;
  let sending = false;
  const done = []; // marks of this page that were taken, newest first

  // --- what waits in the phone -------------------------------------------------------

  function queue() {
    try {
      return JSON.parse(localStorage.getItem(store)) || [];
    } catch (error) {
      return [];
    }
  }

  function keep(marks) {
    localStorage.setItem(store, JSON.stringify(marks));
    drawWaiting();
  }

  function uid() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }

  function mark(reference, way, name) {
    const one = { uid: uid(), reference, way, at: new Date().toISOString(), name };
    const person = byReference(reference);
    if (person) person.inside = way === "in";
    keep(queue().concat(one));
    say(person || !people ? words.waiting : words.unknown, "neutral", name || reference);
    send();
  }

  function undo(one) {
    const person = byReference(one.reference);
    if (person) person.inside = one.way !== "in";
    if (queue().some((other) => other.uid === one.uid && !other.sent)) {
      keep(queue().filter((other) => other.uid !== one.uid));
    } else {
      keep(queue().concat({ ...one, way: "undo", at: new Date().toISOString() }));
      send();
    }
    const place = done.indexOf(one);
    if (place >= 0) done.splice(place, 1);
    drawWaiting();
    search();
  }

  async function send() {
    const marks = queue().slice(0, AT_ONCE);
    if (sending || !marks.length) return;
    sending = true;
    try {
      keep(queue().map((one) => (marks.some((other) => other.uid === one.uid) ? { ...one, sent: true } : one)));
      const response = await fetch(door.dataset.marks, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": token },
        body: JSON.stringify({ marks: marks.map(({ uid, reference, way, at }) => ({ uid, reference, way, at })) }),
      });
      if (response.redirected || response.status === 403) {
        tell(words.signed_out);
      } else if (response.status >= 500) {
        tell(words.offline);
      } else if (!response.ok) {
        tell((await response.json()).problem || words.refused);
      } else {
        tell("");
        settle(marks, (await response.json()).answers);
      }
    } catch (error) {
      tell(words.offline);
    }
    sending = false;
  }

  function settle(marks, answers) {
    const told = new Set(marks.map((one) => one.uid + one.way));
    marks.forEach((one, place) => {
      const { outcome, word, tone, name } = answers[place];
      say(word, tone, name || one.name || one.reference);
      const taken = tone === "agreed" || outcome === "out" || outcome === "not_in";
      if (one.way !== "undo" && taken) done.unshift({ ...one, name: name || one.name, word });
      const person = byReference(one.reference);
      if (person && /^(in|already_in)$/.test(outcome)) person.inside = true;
      if (person && /^(out|already_out|not_in)$/.test(outcome)) person.inside = false;
    });
    done.length = Math.min(done.length, 8);
    keep(queue().filter((one) => !told.has(one.uid + one.way)));
    search();
    if (queue().length) setTimeout(send, 0);
  }

  // --- what is said ------------------------------------------------------------------

  function tell(text) {
    state.textContent = text;
    state.hidden = !text;
  }

  function say(word, tone, name) {
    const line = document.createElement("p");
    line.className = "door-" + tone;
    const who = document.createElement("strong");
    who.dir = "auto";
    who.textContent = name;
    line.append(who, " · " + word);
    answer.replaceChildren(line);
    beep(tone);
  }

  function beep(tone) {
    if (!document.getElementById("door-sound").checked || tone === "neutral") return;
    const context = new AudioContext();
    const sound = context.createOscillator();
    sound.frequency.value = tone === "agreed" ? 880 : 220;
    sound.connect(context.destination);
    sound.start();
    sound.stop(context.currentTime + 0.15);
    sound.onended = () => context.close();
  }

  function line(name, text, label, deed, plain) {
    const item = document.createElement("li");
    item.className = "door-person";
    const who = document.createElement("div");
    who.className = "door-who";
    const strong = document.createElement("strong");
    strong.dir = "auto";
    strong.textContent = name;
    const span = document.createElement("span");
    span.textContent = text;
    who.append(strong, span);
    const button = document.createElement("button");
    button.type = "button";
    button.className = "deed-button " + (plain ? "deed-plain" : "deed-main");
    button.textContent = label;
    const hidden = document.createElement("span");
    hidden.className = "visually-hidden";
    hidden.textContent = ": " + name;
    button.append(hidden);
    button.addEventListener("click", deed);
    item.append(who, button);
    return item;
  }

  function drawWaiting() {
    const marks = queue().filter((one) => one.way !== "undo").reverse();
    const items = marks.map((one) =>
      line(one.name || one.reference, words[one.way] + " · " + words.waiting, words.undo, () => undo(one), true)
    );
    const taken = done.map((one) => line(one.name || one.reference, one.word, words.undo, () => undo(one), true));
    waiting.replaceChildren(...items, ...taken);
  }

  // --- finding a person --------------------------------------------------------------

  function folded(text) {
    return text.toLowerCase().normalize("NFKD").replace(/[\u0300-\u036f'’ʼ`]/g, "").trim();
  }

  function asReference(text) {
    const code = text.trim().replace(/\/+$/, "").split("/").pop().toUpperCase();
    const plain = code.replace(/[-\s]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
    return plain.length === 8 ? plain.slice(0, 4) + "-" + plain.slice(4) : code;
  }

  function byReference(reference) {
    return people && people.find((one) => one.reference === reference);
  }

  function search() {
    if (!people) return;
    const sought = folded(field.value).split(/\s+/).filter(Boolean);
    if (!sought.length) return found.replaceChildren();
    const exact = byReference(asReference(field.value));
    const rows = exact ? [exact] : people.filter((one) => sought.every((word) => one.folded.includes(word))).slice(0, 10);
    if (!rows.length) {
      const item = document.createElement("li");
      item.className = "soft";
      item.textContent = words.nobody;
      return found.replaceChildren(item);
    }
    found.replaceChildren(...rows.map(drawPerson));
  }

  function drawPerson(one) {
    const facts = [one.latin, one.word, one.side, one.reference, one.inside ? words.inside : ""];
    const way = one.inside ? "out" : "in";
    const item = line(one.name, facts.filter(Boolean).join(" · "), words[way], () => {
      mark(one.reference, way, one.name);
      search();
      field.focus();
      field.select();
    }, one.inside);
    item.querySelector(".door-who").classList.add("capacity", "capacity-" + one.capacity);
    return item;
  }

  async function load() {
    try {
      const response = await fetch(door.dataset.people);
      if (!response.ok || response.redirected) return;
      people = (await response.json()).people;
      people.forEach((one) => {
        one.folded = folded([one.name, one.latin, one.side, one.search, one.reference].join(" "));
      });
      door.dataset.ready = String(people.length);
      if (field.value) search();
    } catch (error) {
      tell(words.offline);
    }
  }

  document.getElementById("door-search").addEventListener("submit", (event) => {
    if (!people) return;
    event.preventDefault();
    search();
  });
  field.addEventListener("input", search);

  // --- the camera --------------------------------------------------------------------

  const camera = document.getElementById("door-camera");
  const video = document.getElementById("door-video");
  const start = camera.textContent;
  let stream = null;
  let last = { code: "", at: 0 };

  async function look(detector) {
    if (!stream) return;
    try {
      const codes = video.readyState >= 2 ? await detector.detect(video) : [];
      if (codes.length) seen(codes[0].rawValue);
    } catch (error) {
      // One picture that cannot be read: the next one comes.
    }
    setTimeout(() => look(detector), 200);
  }

  function seen(code) {
    const now = Date.now();
    const again = code === last.code && now - last.at < SAME;
    last = { code, at: now };
    if (again) return;
    const reference = asReference(code);
    const person = byReference(reference);
    const way = door.querySelector("[name=door-way]:checked").value;
    mark(reference.slice(0, 40), way, person ? person.name : "");
  }

  async function toggle() {
    if (stream) {
      stream.getTracks().forEach((track) => track.stop());
      stream = null;
      video.hidden = true;
      camera.textContent = start;
      return;
    }
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      video.srcObject = stream;
      video.hidden = false;
      await video.play();
      camera.textContent = words.stop;
      look(new BarcodeDetector({ formats: ["qr_code"] }));
    } catch (error) {
      stream = null;
      video.hidden = true;
      tell(words.camera);
    }
  }

  document.getElementById("door-tools").hidden = false;
  if ("BarcodeDetector" in window && navigator.mediaDevices) {
    camera.hidden = false;
    camera.addEventListener("click", toggle);
  } else {
    door.querySelector(".door-way").hidden = true;
  }

  // --- a connection that comes and goes -------------------------------------------------

  addEventListener("online", send);
  addEventListener("offline", () => tell(words.offline));
  setInterval(send, AGAIN);
  drawWaiting();
  load();
  send();
})();
