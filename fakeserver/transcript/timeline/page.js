document.documentElement.classList.add('live');

// One line is in the order of the Tab key: the one that was visited last.
let here = null;
for (const r of all('.r, li.gap, li.change', diagram)) r.tabIndex = -1;

// visit goes to a line and remembers it.
function visit(r, how = {block: 'nearest'}) {
  if (!r) return;
  if (here) here.tabIndex = -1;
  here = r;
  r.tabIndex = 0;
  r.focus({preventScroll: true});
  r.scrollIntoView(how);
}

// step goes to the next line, or with by = -1 to the one before; of those that are wanted, if that is said.
function step(by, wanted = () => true) {
  const there = visibleRows(), at = there.indexOf(here);
  for (let i = at < 0 ? (by > 0 ? 0 : there.length - 1) : at + by; i >= 0 && i < there.length; i += by) {
    if (wanted(there[i])) return visit(there[i]);
  }
}

const isMarked = r => r.closest('.e.bad, .e.hold, .change, .gap');

// find goes to the event that the address names: #seq=123. It opens the folds around it, and ends a filter that
// hides it.
function find() {
  const m = /^#seq=(\d+)$/.exec(decodeURIComponent(location.hash));
  all('.found').forEach(r => r.classList.remove('found'));
  if (!m) return;
  const holds = e => +e.dataset.first <= +m[1] && +m[1] <= +e.dataset.last;
  unfoldAll(folds.filter(holds));
  const li = by('seq=' + m[1]), gap = all('li.gap').find(holds);
  if (!li) {
    say(gap ? `Event ${m[1]} is left out of this page.` : `There is no event ${m[1]}.`);
    if (gap) gap.classList.add('found');
    return visit(gap, {block: 'center'});
  }
  if (li.hidden) filter('');
  li.classList.add('found');
  visit(li.querySelector('.r'), {block: 'center'});
}

function say(text) { by('said').textContent = text; }

const bytesOf = pre => Uint8Array.from(atob(pre.dataset.b), c => c.charCodeAt(0));

// hexOf and textOf return bytes in lines, each after its offset, as words.go does.
function hexOf(bytes, offset) {
  let lines = '';
  for (let i = 0; i < bytes.length; i += 16) {
    const part = [...bytes.subarray(i, i + 16)];
    const hex = part.map(c => c.toString(16).padStart(2, '0')).join(' ').padEnd(47);
    lines += `${String(offset + i).padStart(8)}  ${hex}  ${part.map(c => c >= 32 && c < 127 ? String.fromCharCode(c) : '.').join('')}\n`;
  }
  return lines;
}

function textOf(bytes, offset) {
  const short = {7: '\\a', 8: '\\b', 9: '\\t', 10: '\\n', 11: '\\v', 12: '\\f', 13: '\\r', 92: '\\\\'};
  let lines = '';
  for (let i = 0; i < bytes.length;) {
    let end = bytes.indexOf(10, i) + 1 || bytes.length;
    const line = [...bytes.subarray(i, end)].map(c => short[c] || (c >= 32 && c < 127 ? String.fromCharCode(c) : '\\x' + c.toString(16).padStart(2, '0'))).join('');
    lines += `${String(offset + i).padStart(8)}  ${line}\n`;
    i = end;
  }
  return lines;
}

// showAs shows the bytes of an event as text or as hex. What came with the page is kept: of text it shows characters
// that are no ASCII, too.
function showAs(pre, as) {
  pre.dataset.first ||= pre.dataset.as;
  pre.firstText ||= pre.textContent;
  pre.dataset.as = as;
  const offset = +pre.dataset.o;
  pre.textContent = as === pre.dataset.first ? pre.firstText : as === 'hex' ? hexOf(bytesOf(pre), offset) : textOf(bytesOf(pre), offset);
  const button = pre.parentElement.querySelector('button');
  button.textContent = as === 'hex' ? 'Show as text' : 'Show as hex';
}

function addButton(pre) {
  if (pre.parentElement.querySelector('button')) return;
  const button = document.createElement('button');
  button.type = 'button';
  button.addEventListener('click', () => showAs(pre, pre.dataset.as === 'hex' ? 'text' : 'hex'));
  pre.after(button);
  showAs(pre, pre.dataset.as);
}

diagram.addEventListener('toggle', e => {
  const pre = e.target.open && !e.target.matches('.fold') && e.target.querySelector('pre');
  if (pre) addButton(pre);
  if (!e.target.matches('.fold')) return;
  lines = null;
  if (e.target.open) unfoldAll([e.target]);
  space();
}, true);

// toggleBytes shows the bytes of the line one is at as the other of text and hex, and opens them before.
function toggleBytes() {
  const details = here && here.parentElement.matches('li.e > details') && here.parentElement;
  if (!details) return;
  const pre = details.querySelector('pre');
  details.open = true;
  addButton(pre);
  showAs(pre, pre.dataset.as === 'hex' ? 'text' : 'hex');
}

function setReal(on) {
  by('real').checked = on;
  space();
  if (here) here.scrollIntoView({block: 'nearest'});
  say(on ? 'Real time' : 'Even spacing');
}

const keys = {
  j: () => step(1), ArrowDown: () => step(1), k: () => step(-1), ArrowUp: () => step(-1),
  n: () => step(1, isMarked), p: () => step(-1, isMarked),
  g: () => visit(visibleRows()[0]), G: () => visit(visibleRows().at(-1)),
  x: toggleBytes, t: () => setReal(!by('real').checked),
  '/': () => by('filter').select(), Escape: () => filter(''), '?': () => by('help').showModal(),
};

document.addEventListener('keydown', e => {
  if (e.ctrlKey || e.altKey || e.metaKey || by('help').open) return;
  if (e.target.matches('input[type=search]')) {
    if (e.key === 'Escape') {
      filter('');
      visit(here);
    }
    if (e.key === 'Enter') step(1);
    return;
  }
  const arrow = e.key.startsWith('Arrow');
  if (!keys[e.key] || arrow && e.target !== here) return; // arrows scroll elsewhere
  e.preventDefault();
  keys[e.key]();
});

diagram.addEventListener('click', e => {
  const r = e.target.closest('.r');
  if (!r || e.target.closest('a')) return;
  visit(r);
  const li = r.closest('li.e');
  if (li) history.replaceState(null, '', '#' + li.id);
});

by('filter').addEventListener('input', e => filter(e.target.value));
by('real').addEventListener('change', e => setReal(e.target.checked));
by('ask').addEventListener('click', () => by('help').showModal());
for (const b of all('.only')) {
  b.addEventListener('click', () => {
    filter(b.dataset.conn);
    diagram.scrollIntoView();
    say(`Only ${sender} ${b.dataset.conn}`);
  });
}
by('unfold')?.addEventListener('click', e => {
  const open = e.target.getAttribute('aria-pressed') !== 'true';
  if (open) unfoldAll(folds);
  else for (const f of folds) f.open = false;
  e.target.setAttribute('aria-pressed', open);
  e.target.textContent = open ? 'Close all folds' : 'Open all folds';
});
by('copy')?.addEventListener('click', async () => {
  const text = by('rerun').textContent;
  try {
    await navigator.clipboard.writeText(text);
    say('Copied');
    by('copy').textContent = 'Copied';
  } catch { // where the browser gives no page from a file its clipboard
    getSelection().selectAllChildren(by('rerun'));
    say('Selected: copy it with the keyboard');
    by('copy').textContent = 'Selected';
  }
});
addEventListener('hashchange', find);
addEventListener('load', () => setTimeout(find)); // after the browser itself went to where the address says
find();
here ||= visibleRows()[0] || null;
if (here) here.tabIndex = 0;
