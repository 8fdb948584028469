/**
 * The only script of a page: shows the `<title>` of a mark next to the pointer without a delay.
 * Without it, browsers show the same text after a second.
 */
export const SCRIPT =
  `"use strict";(()=>{` +
  `const tip=document.createElement("div");tip.id="tip";tip.hidden=true;` +
  `document.body.append(tip);` +
  `document.addEventListener("pointermove",(event)=>{` +
  `const mark=event.target.closest&&event.target.closest("svg *");` +
  `const title=mark&&mark.querySelector(":scope > title");` +
  `if(!title){tip.hidden=true;return}tip.textContent=title.textContent;tip.hidden=false;` +
  `tip.style.left=Math.max(0,Math.min(innerWidth-tip.offsetWidth-8,event.clientX+14))+"px";` +
  `tip.style.top=event.clientY+16+"px"})})()`;
