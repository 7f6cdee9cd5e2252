"use strict";
(() => {
  const stage = document.querySelector(".stage");
  const player = stage && stage.querySelector("video,audio");
  if (!player) return;
  const marks = document.querySelector(".marks");
  const view = stage.dataset.view;
  const clock = (seconds) => {
    const whole = Math.floor(seconds);
    return Math.floor(whole / 60) + ":" + String(whole % 60).padStart(2, "0");
  };
  const note = (what) => {
    const body = new URLSearchParams({ form_key: stage.dataset.key, what, at: player.currentTime.toFixed(2) });
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
    button.textContent = clock(at);
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
  player.addEventListener("contextmenu", (event) => event.preventDefault());
  for (const what of ["play", "pause", "seeked", "ended"]) player.addEventListener(what, () => note(what));
})();
