const all = (q, from = document) => [...from.querySelectorAll(q)];
const by = id => document.getElementById(id);
const diagram = by('events'), sender = diagram.dataset.sender;
const folds = all('details.fold', diagram);
const lives = JSON.parse(by('lives').textContent) || [];
let rows = all('li.e', diagram); // and of folds, those that were opened

// Folded rows are text until the fold is opened: so very many cost little. Without this script the browser shows them itself.
for (const f of folds) f.counts = new Map(f.dataset.c.split(' ').map(c => c.split(':').map(Number)));

const conns = new Set([...rows.map(r => +r.dataset.c), ...folds.flatMap(f => [...f.counts.keys()])]);
const order = [...conns].filter(n => n > 0).sort((a, b) => a - b);

// As package timeline's lanes.go and marks.go have them.
const margin = 0.2, maxPairs = 40, maxLines = 60000;
const places = {r: [0, 1, 1], l: [1, 0, 0], R: [0, .5, .5], L: [1, .5, .5], c: [0, 0, 0], s: [1, 1, 1], m: [.5, .5, .5], b: [0, 1, .5]};

let shown = order; // the connections to look at
const number = x => +x.toFixed(2);

// lanesOf returns where a connection's lanes are, among those that are shown.
function lanesOf() {
  const index = new Map(shown.map((n, i) => [n, i])), width = 100 / (shown.length || 1);
  return (n, between) => (index.get(n) + margin + (shown.length > maxPairs ? .5 : between) * (1 - 2 * margin)) * width;
}

// drawMark draws the mark of a row anew.
function drawMark(row, at) {
  const svg = row.querySelector('svg.a'), n = +row.dataset.c, p = places[svg.dataset.p];
  if (!p || !n) return;
  svg.querySelector('use').setAttribute('x', number(at(n, p[2])) + '%');
  all('line.h', svg).forEach((line, i) => {
    for (const a of ['x1', 'x2']) line.setAttribute(a, number(at(n, i)) + '%');
  });
  let line = svg.querySelector('line:not(.h)');
  const wanted = p[0] !== p[1] && shown.length <= maxPairs;
  if (!wanted) return line && line.remove();
  if (!line) {
    line = document.createElementNS('http://www.w3.org/2000/svg', 'line');
    line.setAttribute('y1', 14);
    line.setAttribute('y2', 14);
    svg.insertBefore(line, svg.querySelector('use'));
  }
  line.setAttribute('x1', number(at(n, p[0])) + '%');
  line.setAttribute('x2', number(at(n, p[1])) + '%');
}

// drawLines draws the lifelines anew: of each connection through the parts in which it is there.
function drawLines(at) {
  const parts = all('svg.g', diagram), paths = [];
  for (const p of parts) paths[p.dataset.i] = '';
  const visible = new Set(shown);
  let drawn = 0;
  for (const [n, first, last] of lives) {
    if (!visible.has(n) || (drawn += last - first + 1) > maxLines) continue;
    let line = `M${number(at(n, 0))} 0V1`;
    if (shown.length <= maxPairs) line += `M${number(at(n, 1))} 0V1`;
    for (let i = first; i <= last; i++) if (i in paths) paths[i] += line;
  }
  for (const p of parts) p.firstElementChild.setAttribute('d', paths[p.dataset.i]);
}

// drawHead writes the labels above the lanes.
function drawHead(at) {
  const svg = diagram.querySelector('.head svg'), n = shown.length;
  svg.replaceChildren();
  const label = (x, y, kind, text) => {
    const t = document.createElementNS('http://www.w3.org/2000/svg', 'text');
    t.setAttribute('x', number(x) + '%');
    t.setAttribute('y', y);
    t.setAttribute('class', kind);
    t.textContent = text;
    svg.append(t);
  };
  shown.forEach((c, i) => {
    if (n <= 3) {
      label(at(c, .5), 13, 'top', `${sender} ${c}`);
      label(at(c, 0), 28, 'client', 'client');
      label(at(c, 1), 28, 'server', 'server');
    } else if (n <= 16 || i === 0 || i === n - 1 || n <= maxPairs && (i + 1) % 5 === 0) {
      label(at(c, .5), 13, 'top', c);
    }
  });
}

// parse returns the connections that a text such as "1, 3-5" names; all if it names none.
function parse(text) {
  const wanted = new Set(order.filter(n => text.split(/[\s,;]+/).some(part => {
    const m = /^(\d+)(?:(-|–|\.\.)(\d*))?$/.exec(part);
    return m && n >= +m[1] && n <= (m[2] ? (m[3] ? +m[3] : Infinity) : +m[1]);
  })));
  return text.trim() ? order.filter(n => wanted.has(n)) : order;
}

// filter shows only the connections that text names, and what is about the server as a whole.
function filter(text) {
  by('filter').value = text;
  shown = parse(text);
  lines = null;
  const visible = new Set(shown).add(0), at = lanesOf();
  for (const row of rows) {
    row.hidden = !visible.has(+row.dataset.c);
    if (!row.hidden) drawMark(row, at);
  }
  for (const f of folds) drawFold(f, visible, at);
  const n = shown.length;
  diagram.classList.remove('w1', 'w3', 'w16', 'w40', 'w200');
  diagram.classList.add(n <= 1 ? 'w1' : n <= 3 ? 'w3' : n <= 16 ? 'w16' : n <= maxPairs ? 'w40' : 'w200');
  drawLines(at);
  drawHead(at);
  tellDistances();
  const outside = rows.filter(r => !r.closest('.fold'));
  const left = sum(outside.map(r => !r.hidden)) + sum(folds.map(f => f.left));
  const total = outside.length + sum(folds.flatMap(f => [...f.counts.values()]));
  by('shown').textContent = shown === order ? '' : `${n} of ${order.length} ${sender}s, ${left} of ${total} events`;
  space();
}

const sum = numbers => numbers.reduce((a, b) => a + Number(b), 0);

// drawFold says of a fold what it has of the connections that are shown.
function drawFold(f, visible, at) {
  const of = [...f.counts].filter(([n]) => visible.has(n));
  f.left = sum(of.map(([, count]) => count));
  f.hidden = f.left === 0;
  f.querySelector('svg.m path').setAttribute('d', of.filter(([n]) => n > 0).map(([n]) => `M${number(at(n, .5))} 14h0`).join(''));
  const words = f.querySelector('.x');
  words.dataset.all ||= words.textContent;
  words.textContent = shown === order ? words.dataset.all : `${f.left} events of these ${sender}s`;
}

// unfold makes elements of the rows of a fold, if they are text still, and opens it.
function unfold(f) {
  const text = f.querySelector(':scope > noscript');
  if (text) {
    const body = document.createElement('div');
    body.innerHTML = text.textContent;
    for (const r of all('.r', body)) r.tabIndex = -1;
    text.replaceWith(body);
  }
  lines = null;
  if (!f.open) f.open = true;
  return Boolean(text);
}

// unfoldAll opens these folds.
function unfoldAll(some) {
  if (!some.map(unfold).some(Boolean)) return;
  rows = all('li.e', diagram);
  if (shown !== order) filter(by('filter').value);
}

let lines = null; // what visibleRows returned, while that is so

// visibleRows returns what one can go to, from top to bottom: rows, folds, and other lines.
function visibleRows() {
  return lines ||= all('.r, li.gap, li.change', diagram).filter(r => {
    const fold = r.closest('details.fold');
    return !r.closest('[hidden]') && (!fold || fold.open || r.parentElement === fold);
  });
}

const time = r => parseFloat(r.querySelector('.t').textContent);

// duration writes seconds as words.go does.
function duration(s) {
  if (s < 5e-7) return '';
  const us = Math.round(s * 1e6);
  const [x, unit] = us >= 1e6 ? [us / 1e6, 's'] : us >= 1e3 ? [us / 1e3, 'ms'] : [us, 'µs'];
  return x.toFixed(x >= 99.95 ? 0 : x >= 9.995 ? 1 : 2) + ' ' + unit;
}

// tellDistances says of each row how long after the one before it that is. What is after a fold that was not opened
// says that only without a filter: which of its events would be shown last is not known.
function tellDistances() {
  let before = null;
  for (const r of all('li.e:not([hidden]) .r, details.fold:not([hidden]) > .r', diagram)) {
    const i = r.querySelector('i');
    i.dataset.all ??= i.textContent;
    if (shown === order) {
      i.textContent = i.dataset.all;
    } else if (r.parentElement.matches('.fold')) {
      before = null;
    } else {
      const since = before === null ? '' : duration(time(r) - before);
      i.textContent = since && ' +' + since;
      before = time(r);
    }
  }
}

// space gives rows the distances of the time between them, if that is wanted, and else none. All of it is then
// about as high as two screens, or half as much again as with even spacing.
function space() {
  for (const r of all('.spaced', diagram)) {
    r.style.paddingTop = '';
    r.classList.remove('spaced');
    delete r.dataset.gap;
  }
  if (!by('real').checked) return;
  const timed = visibleRows().filter(r => r.querySelector('.t'));
  if (timed.length < 2) return;
  const first = time(timed[0]), length = time(timed.at(-1)) - first;
  const scale = length > 0 ? Math.max(1600, timed.length * 14) / length : 0;
  let before = first;
  for (const r of timed) {
    const gap = Math.round((time(r) - before) * scale - 28);
    if (gap >= 1) {
      const line = r.closest('li.e') || r; // of a fold, its own line
      line.style.paddingTop = `${line === r ? gap + 4 : gap}px`;
      line.style.setProperty('--gap', gap + 'px');
      line.classList.add('spaced');
      if (gap >= 56) line.dataset.gap = duration(time(r) - before);
    }
    before = time(r);
  }
}
