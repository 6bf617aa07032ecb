"""How the page of a decision looks, by day and by night. Verdicts differ in shape, not in colour alone."""

from __future__ import annotations

# The palette of Okabe and Ito, which colour-blind people can tell apart; lighter by night.
STYLE = """
:root { --paper: #ffffff; --ink: #1d2327; --soft: #59636b; --sea: #f3f6f8; --line: #d5dce1; --area: #0072b2;
  --chosen: #00785a; --beaten: #0072b2; --part: #7a6500; --short: #a85d00; --far: #6a737b;
  --shut: #b3261e; --customer: #8b2f73; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #14181b; --ink: #e6eaed; --soft: #a3adb5; --sea: #1d2327; --line: #3a444c; --area: #6cb8e6;
    --chosen: #35c79d; --beaten: #6cb8e6; --part: #e0d04c; --short: #f0a63c; --far: #9aa4ac;
    --shut: #ff8a80; --customer: #e39bcb; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.3rem; margin: 0 0 .75rem; overflow-wrap: anywhere; }
main > svg { display: block; width: 100%; height: auto; border: 1px solid var(--line); border-radius: 6px; }
.sea { fill: var(--sea); }
.area { fill: var(--area); fill-opacity: .06; fill-rule: evenodd; stroke: var(--area); stroke-opacity: .45; }
.area.ours { fill: var(--chosen); fill-opacity: .12; stroke: var(--chosen); stroke-opacity: .8; }
.way line { stroke: var(--chosen); stroke-width: 3; stroke-linecap: round; }
.mark { stroke: currentColor; fill: currentColor; stroke-width: 2.5; stroke-linejoin: round; stroke-linecap: round; }
.chosen { color: var(--chosen); } .beaten { color: var(--beaten); } .part { color: var(--part); }
.short { color: var(--short); } .far { color: var(--far); } .shut { color: var(--shut); }
.customer { color: var(--customer); }
svg text { fill: var(--ink); font-size: 13px; paint-order: stroke; stroke: var(--sea); stroke-width: 3px; }
.scale path { fill: none; stroke: var(--soft); stroke-width: 2; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding: 0; margin: .5rem 0; }
.legend li { display: flex; align-items: center; gap: .4rem; }
.key { width: 22px; height: 22px; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; border-top: 1px solid var(--line);
  padding-top: 1rem; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; color: var(--soft); padding: .25rem 0; }
tr > * { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--line);
  overflow-wrap: anywhere; color: var(--ink); }
thead th { white-space: nowrap; } tr.chosen th { font-weight: 700; } tbody th { font-weight: 400; }
"""

MARKS = """<defs>
<g id="chosen"><circle r="9"/><path d="M-4 0l3 3.5l5.5 -6.5" fill="none" stroke="var(--sea)"/></g>
<g id="beaten"><circle r="6"/></g>
<g id="part"><rect x="-5.5" y="-5.5" width="11" height="11"/></g>
<g id="short"><path d="M0 -7l7 7l-7 7l-7 -7z" fill="var(--sea)"/></g>
<g id="far"><path d="M0 -6.5l6.5 11.5h-13z" fill="var(--sea)"/></g>
<g id="shut"><path d="M-5 -5l10 10M-5 5l10 -10" fill="none"/></g>
<g id="customer"><path d="M-7 8v-8l7 -7l7 7v8z"/></g>
</defs>"""
