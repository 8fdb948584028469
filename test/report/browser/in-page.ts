/** Code that pages run, as text: the types of browsers are not loaded for these tests. */

/** Opens or closes all folded parts. */
export const foldAll = (isOpen: boolean): string =>
  `document.querySelectorAll("details").forEach((fold) => { fold.open = ${isOpen}; });`;

/** Problems that a reader sees: texts that are cut, overlap or are tiny; sideways scrolling. */
export const LOOK = `(() => {
  const problems = [];
  const name = (text) => JSON.stringify(text.textContent.slice(0, 40));
  for (const drawing of document.querySelectorAll("svg")) {
    const frame = drawing.getBoundingClientRect();
    if (frame.width === 0) continue;
    const texts = [...drawing.querySelectorAll("text")].filter((text) => text.textContent);
    const boxes = texts.map((text) => text.getBoundingClientRect());
    boxes.forEach((box, at) => {
      const isCut = box.left < frame.left - 1 || box.right > frame.right + 1 ||
        box.top < frame.top - 2 || box.bottom > frame.bottom + 2;
      if (isCut) problems.push("cut: " + name(texts[at]));
      if (parseFloat(getComputedStyle(texts[at]).fontSize) * frame.width /
        drawing.viewBox.baseVal.width < 9) problems.push("tiny: " + name(texts[at]));
      for (let next = at + 1; next < boxes.length; next++) {
        const other = boxes[next];
        if (box.left + 1 < other.right && other.left + 1 < box.right &&
          box.top + 4 < other.bottom && other.top + 4 < box.bottom)
          problems.push("overlap: " + name(texts[at]) + " and " + name(texts[next]));
      }
    });
  }
  for (const cell of document.querySelectorAll("th, td")) {
    const box = cell.getBoundingClientRect();
    if (box.width > 0 && cell.textContent.trim().length > 2 && box.width < 24)
      problems.push("squeezed: " + name(cell));
  }
  const { scrollWidth } = document.documentElement;
  if (scrollWidth > innerWidth) problems.push("scrolls sideways: " + scrollWidth + " px");
  return problems;
})()`;

/** Number of nodes, and milliseconds until a reader can use the page. */
export const SIZE = `({
  nodes: document.getElementsByTagName("*").length,
  interactiveMs: Math.round(performance.getEntriesByType("navigation")[0].domInteractive),
})`;

/** Texts of all tiles: value and label. */
export const TILES = `[...document.querySelectorAll(".tiles li")].map((tile) =>
  [tile.querySelector("b").textContent, tile.querySelector("b ~ span").textContent])`;

/** Cells of a table by its name: texts by title of the column, one record a row. */
export const tableRows = (name: string): string => `(() => {
  const box = document.querySelector('[aria-label="${name}"]');
  const titles = [...box.querySelectorAll("thead th")].map((cell) => cell.textContent);
  return [...box.querySelectorAll("tbody tr")].map((row) => Object.fromEntries(
    [...row.children].map((cell, at) => [titles[at], cell.textContent])));
})()`;

/** What can run or load in a page, apart from its own script and style sheet. */
export const FOREIGN = `({
  ran: globalThis.trap ?? null,
  scripts: document.scripts.length,
  styles: document.styleSheets.length,
  others: [...document.querySelectorAll("img, iframe, object, embed, link, base, form, input, " +
    "video, audio, math, foreignObject, use, animate, set, [style]")].map((one) => one.outerHTML),
  handlers: [...document.querySelectorAll("*")].flatMap((one) =>
    one.getAttributeNames().filter((name) => /^on/i.test(name))),
  links: [...document.querySelectorAll("[href], [src], [xlink\\\\:href]")]
    .map((one) => one.getAttribute("href") ?? "")
    .filter((address) => !/^[\\w.~%/-]+$/.test(address)),
})`;

/** The result of {@link FOREIGN} for a page of assay. */
export const NOTHING_FOREIGN = {
  ran: null,
  scripts: 1,
  styles: 1,
  others: [],
  handlers: [],
  links: [],
};
