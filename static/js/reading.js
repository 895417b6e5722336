/* Selecting words on the reading page fills the form beside it. Places are sent as code points of the text, and only
   as a hint: the server looks for itself. Without this script the words are typed or pasted. */
"use strict";

(() => {
  const text = document.getElementById("text");
  const form = document.getElementById("quote");
  if (!text || !form) return;

  const words = form.elements.words;
  const place = form.elements.place;
  const bar = document.getElementById("selected");
  const status = document.getElementById("selected-words");
  const button = document.getElementById("take-words");
  const blocks = text.children;
  // What this script put into the form; anything else there was typed, and is not written over unasked.
  let filled = place.value ? words.value : "";
  let chosen = null;

  document.getElementById("keys").hidden = false;

  /* From the page to the text ------------------------------------------------------------------------------------ */

  function points(string) {
    let count = 0;
    for (const _ of string) count += 1;
    return count;
  }

  function position(node, offset) {
    const block = node === text ? blocks[offset] : (node.nodeType === 1 ? node : node.parentElement).closest("[data-start]");
    if (!block) return Number(text.dataset.length);
    const before = document.createRange();
    before.setStart(block, 0);
    if (node === text) before.collapse(true);
    else before.setEnd(node, offset);
    return Number(block.dataset.start) + points(before.toString());
  }

  function selection() {
    const all = document.getSelection();
    if (!all.rangeCount || all.isCollapsed) return null;
    const range = all.getRangeAt(0).cloneRange();
    if (!range.intersectsNode(text)) return null;
    const whole = document.createRange();
    whole.selectNodeContents(text);
    if (range.compareBoundaryPoints(Range.START_TO_START, whole) < 0) range.setStart(text, 0);
    if (range.compareBoundaryPoints(Range.END_TO_END, whole) > 0) range.setEnd(text, blocks.length);
    const string = range.toString();
    if (!string.trim()) return null;
    return {
      words: string.trim(),
      start: position(range.startContainer, range.startOffset),
      end: position(range.endContainer, range.endOffset),
    };
  }

  /* Into the form ------------------------------------------------------------------------------------------------ */

  function fill() {
    words.value = chosen.words;
    filled = words.value;
    place.value = `${text.dataset.snapshot}:${chosen.start}:${chosen.end}`;
  }

  function settle() {
    const found = selection();
    if (!found) {
      // The selection goes when the form is used; what it filled in stays.
      if (!form.contains(document.activeElement)) bar.hidden = true;
      return;
    }
    chosen = found;
    const own = words.value.trim() === "" || words.value === filled;
    if (own) fill();
    const short = found.words.replace(/\s+/g, " ");
    const told = short.length > 90 ? `${short.slice(0, 50)} … ${short.slice(-35)}` : short;
    status.textContent = own ? `Selected: “${told}”` : `Selected: “${told}”. Other words stand in the form already.`;
    button.textContent = own ? "Go to the form" : "Use these words instead";
    bar.classList.toggle("asks", !own);
    bar.hidden = false;
  }

  let waiting = 0;
  // While words are being drawn over with the mouse the bar stays away: it would hide what is still to be selected,
  // and its button would take what was selected when it came.
  let drawing = false;
  document.addEventListener("selectionchange", () => {
    clearTimeout(waiting);
    if (!drawing) waiting = setTimeout(settle, 120);
  });
  text.addEventListener("pointerdown", (event) => {
    drawing = event.pointerType === "mouse" && event.button === 0;
  });
  for (const over of ["pointerup", "pointercancel"]) {
    document.addEventListener(over, () => {
      if (!drawing) return;
      drawing = false;
      clearTimeout(waiting);
      settle();
    });
  }

  function toForm() {
    if (chosen) fill();
    words.focus();
    form.closest(".panel").scrollIntoView({ block: "start" });
  }

  button.addEventListener("click", toForm);

  /* At the keyboard: word by word ------------------------------------------------------------------------------- */

  const lists = new WeakMap();
  const segmenter = "Segmenter" in Intl ? new Intl.Segmenter(text.lang || undefined, { granularity: "word" }) : null;
  const JOINERS = /^[\p{Pd}'’‐‑·_./@&]$/u;

  function unitsOf(block) {
    if (lists.has(block)) return lists.get(block);
    const string = block.textContent;
    const units = [];
    if (segmenter) {
      for (const { segment, index, isWordLike } of segmenter.segment(string)) {
        if (!isWordLike) continue;
        const last = units.at(-1);
        // What one hyphen or apostrophe holds together is one word for the server too.
        if (last && JOINERS.test(string.slice(last[1], index))) last[1] = index + segment.length;
        else units.push([index, index + segment.length]);
      }
    } else {
      for (const match of string.matchAll(/[\p{L}\p{N}](?:\S*[\p{L}\p{N}\p{M}])?/gu)) {
        units.push([match.index, match.index + match[0].length]);
      }
    }
    lists.set(block, units);
    return units;
  }

  function point(block, offset, atEnd) {
    const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
    let left = offset;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (left < node.length || (atEnd && left === node.length)) return [node, left];
      left -= node.length;
    }
    return [block, block.childNodes.length];
  }

  function rangeOf(unit) {
    const [start, end] = unitsOf(blocks[unit.block])[unit.word];
    const range = document.createRange();
    range.setStart(...point(blocks[unit.block], start, false));
    range.setEnd(...point(blocks[unit.block], end, true));
    return range;
  }

  function step(unit, by) {
    const next = { block: unit.block, word: unit.word + by };
    if (unitsOf(blocks[next.block])[next.word]) return next;
    for (let block = unit.block + by; blocks[block]; block += by) {
      const count = unitsOf(blocks[block]).length;
      if (count) return { block, word: by > 0 ? 0 : count - 1 };
    }
    return null;
  }

  function line(unit, by) {
    const from = rangeOf(unit).getBoundingClientRect();
    let best = null;
    let top = null;
    for (let next = step(unit, by), left = 400; next && left; next = step(next, by), left -= 1) {
      const rect = rangeOf(next).getBoundingClientRect();
      if (Math.abs(rect.top - from.top) < from.height / 2) continue;
      if (top === null) top = rect.top;
      if (Math.abs(rect.top - top) > from.height / 2) break;
      const away = Math.abs(rect.left - from.left);
      if (!best || away < best.away) best = { ...next, away };
    }
    return best && { block: best.block, word: best.word };
  }

  function edge(unit, by, ofText) {
    const block = ofText ? (by > 0 ? blocks.length - 1 : 0) : unit.block;
    const count = unitsOf(blocks[block]).length;
    if (!count) return step({ block, word: by > 0 ? 0 : -1 }, -by);
    return { block, word: by > 0 ? count - 1 : 0 };
  }

  function firstInSight() {
    for (let block = 0; block < blocks.length; block += 1) {
      if (blocks[block].getBoundingClientRect().bottom <= 0) continue;
      for (let word = 0; word < unitsOf(blocks[block]).length; word += 1) {
        if (rangeOf({ block, word }).getBoundingClientRect().top >= 0) return { block, word };
      }
    }
    return null;
  }

  let anchor = null;
  let focus = null;

  function show() {
    const first = anchor.block < focus.block || (anchor.block === focus.block && anchor.word <= focus.word) ? anchor : focus;
    const last = first === anchor ? focus : anchor;
    const start = rangeOf(first);
    const end = rangeOf(last);
    document.getSelection().setBaseAndExtent(start.startContainer, start.startOffset, end.endContainer, end.endOffset);
    const rect = rangeOf(focus).getBoundingClientRect();
    const foot = window.innerHeight - (bar.hidden ? 0 : bar.offsetHeight) - 40;
    if (rect.top < 40) window.scrollBy(0, rect.top - 120);
    else if (rect.bottom > foot) window.scrollBy(0, rect.bottom - foot + 80);
  }

  const MOVES = {
    ArrowRight: (unit) => step(unit, 1),
    ArrowLeft: (unit) => step(unit, -1),
    ArrowDown: (unit) => line(unit, 1),
    ArrowUp: (unit) => line(unit, -1),
    Home: (unit, event) => edge(unit, -1, event.ctrlKey),
    End: (unit, event) => edge(unit, 1, event.ctrlKey),
  };

  text.addEventListener("keydown", (event) => {
    if (event.target !== text || event.altKey || event.metaKey) return;
    if (event.key === "Enter" && chosen) {
      event.preventDefault();
      toForm();
      return;
    }
    if (event.key === "Escape") {
      anchor = focus = null;
      document.getSelection().removeAllRanges();
      return;
    }
    const move = MOVES[event.key];
    if (!move || (event.ctrlKey && event.key.startsWith("Arrow"))) return;
    if (!focus && event.shiftKey && selection()) return;
    event.preventDefault();
    const next = focus ? move(focus, event) : firstInSight();
    if (!next) return;
    focus = next;
    if (!event.shiftKey || !anchor) anchor = focus;
    show();
  });

  text.addEventListener("mousedown", () => {
    anchor = focus = null;
  });
})();
