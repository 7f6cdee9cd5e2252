"use strict";
(() => {
  const stage = document.querySelector(".stage");
  const player = stage && stage.querySelector("video,audio");
  const quick = document.querySelector(".quick");
  // The stills and the waveform come when they are made; what turns out not to play is shown in another form.
  const awaitQuick = async (patience) => {
    const answer = await fetch(`/views/${stage.dataset.view}/quick`);
    if (answer.status === 200) {
      if (answer.headers.has("X-Shown-Otherwise")) return location.reload();
      quick.innerHTML = await answer.text();
    } else if (answer.status === 204 && patience > 0) {
      setTimeout(() => awaitQuick(patience - 1), 2000);
    }
  };
  if (quick && "awaited" in quick.dataset) awaitQuick(150);
  if (!player) return;
  const offset = Number(stage.dataset.offset);
  const marks = document.querySelector(".marks");
  const view = stage.dataset.view;
  const clock = (seconds) => {
    const whole = Math.floor(seconds);
    return Math.floor(whole / 60) + ":" + String(whole % 60).padStart(2, "0");
  };
  const note = (what) => {
    const body = new URLSearchParams({ form_key: stage.dataset.key, what, at: (offset + player.currentTime).toFixed(2) });
    navigator.sendBeacon(`/views/${view}/looks`, body);
  };
  const step = (by) => {
    player.currentTime = Math.min(Math.max(player.currentTime + by, 0), player.duration || 0);
  };
  const mark = () => {
    const at = player.currentTime;
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = clock(offset + at);
    button.addEventListener("click", () => {
      player.currentTime = at;
      player.focus();
    });
    item.append(button);
    marks.append(item);
  };
  const keys = {
    " ": () => (player.paused ? player.play() : player.pause()),
    ArrowLeft: () => step(-5),
    ArrowRight: () => step(5),
    ",": () => step(-1 / 25),
    ".": () => step(1 / 25),
    m: () => (player.muted = !player.muted),
    b: mark,
    f: () => (document.fullscreenElement ? document.exitFullscreen() : stage.requestFullscreen()),
  };
  document.addEventListener("keydown", (event) => {
    const act = keys[event.key];
    if (!act || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target.closest("button,input,textarea,a")) return;
    event.preventDefault();
    act();
  });
  const go = (second) => {
    player.currentTime = Math.max(second - offset, 0);
    player.focus();
  };
  quick.addEventListener("click", (event) => {
    const still = event.target.closest("[data-second]");
    const wave = event.target.closest(".wave");
    if (still) go(Number(still.dataset.second));
    else if (wave && player.duration) go(offset + (event.offsetX / wave.clientWidth) * player.duration);
  });
  player.addEventListener("contextmenu", (event) => event.preventDefault());
  for (const what of ["play", "pause", "seeked", "ended"]) player.addEventListener(what, () => note(what));
})();
