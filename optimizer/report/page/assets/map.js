// The map: links by mode, flows by width, use of capacities by color; pan, zoom, hover, switches and filters.
function startMap() {
  const svg = document.getElementById("map-svg");
  if (!svg) return;
  const data = report.map, style = report.style, home = report.frame;
  const NS = "http://www.w3.org/2000/svg";
  const layer = (name) => svg.querySelector(`[data-layer="${name}"]`);
  const control = (name) => document.getElementById(`map-${name}`);
  const tip = document.getElementById("map-tip"), status = document.getElementById("map-status");
  const [LINK_ID, MODE, FROM, TO, KM, CORRIDORS, SOURCE, GRADE] = [0, 1, 2, 3, 4, 5, 6, 7];
  const [NODE_ID, NAME, COUNTRY, X, Y, RANK] = [0, 1, 2, 3, 4, 5];
  const [KIND, CAPACITY_ID, CAPACITY_NAME, UNIT, AT_NODE] = [0, 1, 2, 3, 4];
  let frame = { ...home }, shown = null, pinned = null;

  // Geometry: one thin path a link, another for its flow where there is any; points for finding what is pointed at.
  const shape = data.paths.map(pointsOf);
  const thin = data.links.map((link, at) => {
    const path = element("path", { d: data.paths[at], stroke: style.modes[data.modes[link[MODE]]] });
    layer("links").append(path);
    return path;
  });
  const thick = new Map();
  const nodeAt = new Map(data.nodes.map((node, at) => [node[NODE_ID], at]));
  const hangingAt = new Map();
  data.capacities.forEach((capacity, at) => {
    if (!capacity[AT_NODE]) return;
    const node = nodeAt.get(capacity[AT_NODE]);
    if (!hangingAt.has(node)) hangingAt.set(node, []);
    hangingAt.get(node).push(at);
  });
  const views = data.views.map((view) => ({ ...view, states: new Map(view.capacities.map((row) => [row[0], row])) }));
  const used = new Set(data.links.flatMap((link) => [link[FROM], link[TO]]));
  const byRank = [...used].sort((a, b) => data.nodes[a][RANK] - data.nodes[b][RANK]);
  const placeDots = byRank.map((at) => `M${data.nodes[at][X]} ${data.nodes[at][Y]}h0`).join("");
  layer("places").append(element("path", { d: placeDots }));

  function element(name, attributes) {
    const made = document.createElementNS(NS, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  }

  function pointsOf(path) {
    const parts = [];
    let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
    for (const line of path.split("M").slice(1)) {
      const [start, steps] = line.split("l");
      let [x, y] = start.split(" ").map(Number);
      const moves = steps.split(" ").map(Number), points = [[x, y]];
      for (let at = 0; at + 1 < moves.length; at += 2) points.push([(x += moves[at]), (y += moves[at + 1])]);
      for (const [px, py] of points) {
        left = Math.min(left, px); right = Math.max(right, px);
        top = Math.min(top, py); bottom = Math.max(bottom, py);
      }
      parts.push(points);
    }
    return { parts, left, top, right, bottom };
  }

  // What the switches ask for.
  const chosenCase = () => data.cases[Number(document.body.dataset.case)] ?? null;
  const chosen = (name) => document.querySelector(`input[name="map-${name}"]:checked`)?.value;
  const filters = () => ({
    modes: new Set([...document.querySelectorAll('input[name="map-mode"]:checked')].map((box) => box.value)),
    corridor: control("corridor") ? control("corridor").value : "",
    commodity: control("commodity") ? control("commodity").value : "",
  });

  const kmOf = (view, at) => view.km[at] ?? data.links[at][KM] ?? 0;

  function loadsOf(view, asked) {
    const forward = new Float64Array(data.links.length), backward = new Float64Array(data.links.length);
    const teu = new Float64Array(data.links.length);
    for (const [link, way, commodity, corridor, volume] of view.flows) {
      if (asked.commodity !== "" && Number(asked.commodity) !== commodity) continue;
      if (asked.corridor !== "" && Number(asked.corridor) !== corridor) continue;
      if (!asked.modes.has(data.modes[data.links[link][MODE]])) continue;
      const [, , unit, tonnes] = data.commodities[commodity];
      (way ? backward : forward)[link] += volume * tonnes;
      if (unit === "teu") teu[link] += volume;
    }
    return { forward, backward, teu };
  }

  function stateOf(view, link) {
    // The fullest of the capacities that a link draws on.
    const rows = (data.capacitiesOfLink[link] ?? []).map((at) => view.states.get(at)).filter(Boolean);
    return rows.reduce((most, row) => (most === null || row[4] > most[4] ? row : most), null);
  }

  const shadeOf = (use) => style.shades.find(([upTo]) => upTo === null || use <= upTo)[1];
  const widthOf = (t) => style.least + (style.most - style.least) * Math.sqrt(Math.min(1, t / style.full));

  function update() {
    const asked = filters(), of = chosenCase(), wanted = chosen("view") ?? "base";
    const base = views[of ? of.base : 0] ?? null;
    const changed = of && of.changed !== null ? views[of.changed] : null;
    const kind = changed ? wanted : "base";
    const now = kind === "base" ? base : changed;
    const hasRoutes = routesShown().length > 0;
    for (const [at, link] of data.links.entries()) {
      const isOn = asked.modes.has(data.modes[link[MODE]]);
      const isPart = asked.corridor === "" || link[CORRIDORS].includes(Number(asked.corridor));
      // Flights without flow are a web over everything else: they show where nothing is planned.
      thin[at].style.display = isOn && !(now && data.modes[link[MODE]] === "air") ? "" : "none";
      thin[at].classList.toggle("faint", !isPart || hasRoutes || (now !== null && !(kind !== "difference" && chosen("color") === "mode")));
    }
    shown = now === null ? null : { kind, base, changed, now, loads: loadsOf(now, asked),
      before: changed ? loadsOf(base, asked) : null };
    document.getElementById("legend-use").hidden = kind === "difference" || chosen("color") === "mode" || !now;
    document.getElementById("legend-change").hidden = kind !== "difference";
    document.getElementById("legend-width").hidden = kind === "difference" || !now;
    document.getElementById("legend-width-change").hidden = kind !== "difference";
    for (const radio of document.querySelectorAll('input[name="map-color"]')) radio.disabled = kind === "difference";
    drawFlows();
    drawMarks();
    drawRoutes();
    tell();
    hide();
  }

  function drawFlows() {
    for (const path of thick.values()) path.style.display = "none";
    if (!shown) return;
    const byMode = chosen("color") === "mode", rows = [];
    for (const at of data.links.keys()) {
      const t = shown.loads.forward[at] + shown.loads.backward[at];
      const change = shown.kind === "difference" ? t - shown.before.forward[at] - shown.before.backward[at] : 0;
      const size = shown.kind === "difference" ? Math.abs(change) : t;
      // A tonne a year is rounding of millions.
      if (size >= 1) rows.push([at, size, change]);
    }
    rows.sort((a, b) => b[1] - a[1]);
    const part = shown.kind === "difference" ? style.changePart : 1;
    for (const [at, size, change] of rows) {
      if (!thick.has(at)) thick.set(at, element("path", { d: data.paths[at], "data-link": data.links[at][LINK_ID] }));
      const path = thick.get(at), state = stateOf(shown.now, at);
      path.style.display = "";
      path.style.strokeWidth = `${widthOf(size / part)}px`;
      path.style.stroke = shown.kind === "difference" ? (change > 0 ? style.more : style.less)
        : byMode ? style.modes[data.modes[data.links[at][MODE]]]
        : state ? shadeOf(state[4]) : style.none;
      layer("flows").append(path);
    }
  }

  function drawMarks() {
    const group = layer("marks");
    group.replaceChildren();
    if (!shown || !control("marks").checked) return;
    const view = shown.now;
    const worth = view.capacities.filter((row) => row[5] > 0)
      .sort((a, b) => b[5] * Math.max(0, b[1] - b[2]) - a[5] * Math.max(0, a[1] - a[2])).slice(0, style.marks);
    const pixel = scale() || frame.width / 1100, placed = [];
    worth.forEach((row, rank) => {
      const place = apartFrom(placed, placeOf(row[0]), 19 * pixel);
      if (!place) return;
      const mark = element("g", { class: "mark", "data-capacity": data.capacities[row[0]][CAPACITY_ID] });
      mark.append(element("path", { d: `M${place[0]} ${place[1]}h0`, class: "rim" }));
      mark.append(element("path", { d: `M${place[0]} ${place[1]}h0`, class: "disk" }));
      const label = element("text", { x: place[0], y: place[1] });
      label.textContent = rank + 1;
      mark.append(label);
      mark.addEventListener("pointerenter", (event) => showTip(event, capacityLines(row[0]), event.currentTarget));
      group.append(mark);
    });
  }

  function apartFrom(placed, place, room) {
    // Marks of capacities at one place stand side by side.
    if (!place) return null;
    let [x, y] = place;
    while (placed.some(([px, py]) => Math.hypot(px - x, py - y) < room)) x += room / 2;
    placed.push([x, y]);
    return [x, y];
  }

  function placeOf(capacity) {
    const node = nodeAt.get(data.capacities[capacity][AT_NODE]);
    if (node !== undefined) return [data.nodes[node][X], data.nodes[node][Y]];
    for (const [link, rows] of Object.entries(data.capacitiesOfLink)) {
      if (!rows.includes(capacity)) continue;
      const points = shape[link].parts.reduce((most, part) => (part.length > most.length ? part : most), []);
      return points[Math.floor(points.length / 2)];
    }
    return null;
  }

  function routesShown() {
    const picked = control("route") ? control("route").value : "";
    return [...data.routes.entries()].filter(([at]) => picked === "all" || (picked !== "" && Number(picked) === at));
  }

  function drawRoutes() {
    const group = layer("routes"), legend = document.getElementById("legend-routes"), entries = [];
    group.replaceChildren();
    for (const [at, route] of routesShown()) {
      const color = style.routes[at % style.routes.length];
      for (const link of route.links) group.append(element("path", { d: data.paths[link], class: "halo" }));
      for (const link of route.links) group.append(element("path", { d: data.paths[link], stroke: color }));
      const entry = document.createElement("span"), swatch = document.createElement("i");
      swatch.style.background = color;
      entry.append(swatch, route.name);
      entries.push(entry);
    }
    legend.replaceChildren(...entries);
    legend.hidden = !entries.length;
  }

  function tell() {
    if (!shown) { status.textContent = ""; return; }
    const { loads, before, kind } = shown;
    let tkm = 0, links = 0, teukm = 0;
    for (const at of data.links.keys()) {
      const t = loads.forward[at] + loads.backward[at];
      const old = kind === "difference" ? before.forward[at] + before.backward[at] : 0;
      if (Math.abs(t - old) >= 1) links += 1;
      tkm += t * kmOf(shown.now, at) - (old ? old * kmOf(shown.base, at) : 0);
      teukm += loads.teu[at] * kmOf(shown.now, at) - (kind === "difference" ? before.teu[at] * kmOf(shown.base, at) : 0);
    }
    status.dataset.tKm = tkm;
    status.dataset.links = links;
    status.dataset.view = kind;
    const form = kind === "difference" ? signed : number;
    status.textContent = said(kind === "difference" ? words.changedOn : words.shownOn,
      { view: shown.now.name, tkm: form(tkm / 1e9, 1), links: number(links), teukm: form(teukm / 1e9, 2) });
  }

  // What is said of a link, a capacity and a place.
  function linkLines(at) {
    const link = data.links[at], names = [FROM, TO].map((side) => data.nodes[link[side]][NAME]);
    const lines = [["h", `${words.modes[data.modes[link[MODE]]]}: ${names[0]} – ${names[1]}`]];
    const parts = [];
    if (link[KM] !== null) parts.push(`${number(link[KM])} ${words.km}`);
    parts.push(...link[CORRIDORS].slice(0, 3).map((row) => data.corridors[row][1]));
    if (parts.length) lines.push(["p", parts.join(" · ")]);
    if (shown) {
      const rows = [[words.from_to(names[0], names[1]), "forward"], [words.from_to(names[1], names[0]), "backward"]];
      for (const [label, way] of rows) {
        const t = shown.loads[way][at], old = shown.before ? shown.before[way][at] : null;
        if (!(t >= 1) && !(old >= 1)) continue;
        const value = shown.kind === "base" || old === null ? said(words.tonnes, { t: number(t / 1e3, 1) })
          : said(words.tonnesBefore, { before: number(old / 1e3, 1), t: number(t / 1e3, 1), change: signed((t - old) / 1e3, 1) });
        lines.push(["r", label, value]);
      }
      if (shown.loads.teu[at] >= 1) lines.push(["r", words.containers, said(words.teu, { teu: number(shown.loads.teu[at]) })]);
      for (const capacity of data.capacitiesOfLink[at] ?? []) lines.push(...capacityLines(capacity));
      if (!(data.capacitiesOfLink[at] ?? []).length) lines.push(["p", words.noCapacity]);
    }
    lines.push(["s", `${words.source}: ${data.sources[link[SOURCE]] || "–"} · ${words.grade} ${link[GRADE] || "–"} · ${link[LINK_ID]}`]);
    return lines;
  }

  function capacityLines(capacity) {
    const state = shown?.now.states.get(capacity);
    if (!state) return [];
    const [, size, background, taken, use, price] = state, [, , name, unit] = data.capacities[capacity];
    const values = { used: short(taken), capacity: short(size), unit: words.units[unit] ?? unit, percent: number(100 * use) };
    const lines = [["r", name, said(words.use, values)]];
    if (background > 0) lines.push(["p", said(words.background, { t: short(background), unit: values.unit })]);
    if (price > 0) lines.push(["w", said(words.worth, { usd: short(price >= 1e6 ? price / 1e6 : price), scale: price >= 1e6 ? words.million : "", unit: values.unit })]);
    return lines;
  }

  function placeLines(at) {
    const node = data.nodes[at], lines = [["h", node[NAME]], ["p", node[COUNTRY]]];
    for (const capacity of hangingAt.get(at) ?? []) lines.push(...capacityLines(capacity));
    lines.push(["s", node[NODE_ID]]);
    return lines;
  }

  function showTip(event, lines, target) {
    tip.replaceChildren(...lines.map(([kind, first, second]) => {
      const line = document.createElement(kind === "h" ? "strong" : "span");
      line.className = `tip-${kind}`;
      if (second === undefined) line.textContent = first;
      else {
        const label = document.createElement("span"), value = document.createElement("b");
        label.textContent = first; value.textContent = second;
        line.append(label, value);
      }
      return line;
    }));
    const box = svg.parentElement.getBoundingClientRect(), at = event ?? middleOf(target);
    tip.hidden = false;
    const x = at.clientX - box.left, y = at.clientY - box.top;
    tip.style.left = `${Math.max(4, x + 16 + tip.offsetWidth > box.width ? x - tip.offsetWidth - 12 : x + 16)}px`;
    tip.style.top = `${Math.max(4, Math.min(y + 12, box.height - tip.offsetHeight - 4))}px`;
  }

  function middleOf(target) {
    const box = (target ?? svg).getBoundingClientRect();
    return { clientX: box.left + box.width / 2, clientY: box.top + box.height / 2 };
  }

  function hide() {
    pinned = null;
    tip.hidden = true;
    layer("over").replaceChildren();
  }

  // Finding what the pointer is at: the nearest place or link within a few pixels, those with flow first.
  // Kilometers a pixel; on paper, A4 within its margins, the map is narrower than on most screens.
  const PAPER = 703;
  let isPrinting = false;
  const scale = () => frame.width / (isPrinting ? PAPER : svg.clientWidth);

  function toMap(event) {
    const box = svg.getBoundingClientRect();
    return [frame.left + (event.clientX - box.left) * scale(), frame.top + (event.clientY - box.top) * scale()];
  }

  function nearest(event) {
    const [x, y] = toMap(event), reach = 8 * scale();
    let best = null, least = reach;
    for (const at of byRank) {
      const node = data.nodes[at], far = Math.hypot(node[X] - x, node[Y] - y);
      if (far < Math.min(least, 4 * scale())) { least = far; best = ["place", at]; }
    }
    if (best) return best;
    for (const [at, line] of shape.entries()) {
      if (x < line.left - reach || x > line.right + reach || y < line.top - reach || y > line.bottom + reach) continue;
      const isLoaded = thick.has(at) && thick.get(at).style.display !== "none";
      if (!isLoaded && thin[at].style.display === "none") continue;
      for (const part of line.parts) for (let k = 1; k < part.length; k += 1) {
        const far = apart(x, y, part[k - 1], part[k]) + (isLoaded ? 0 : 3 * scale());
        if (far < least) { least = far; best = ["link", at]; }
      }
    }
    return best;
  }

  function apart(x, y, [x1, y1], [x2, y2]) {
    const dx = x2 - x1, dy = y2 - y1, size = dx * dx + dy * dy;
    const share = size ? Math.max(0, Math.min(1, ((x - x1) * dx + (y - y1) * dy) / size)) : 0;
    return Math.hypot(x - x1 - share * dx, y - y1 - share * dy);
  }

  function point(event) {
    const found = nearest(event);
    layer("over").replaceChildren();
    if (!found) { tip.hidden = true; return; }
    const [kind, at] = found;
    if (kind === "link") layer("over").append(element("path", { d: data.paths[at] }));
    showTip(event, kind === "link" ? linkLines(at) : placeLines(at));
  }

  // Pan and zoom.
  function look(next) {
    const width = Math.min(home.width * 1.25, Math.max(150, next.width)), height = (width * home.height) / home.width;
    const within = (low, size, from, span) => Math.max(from - 0.3 * span, Math.min(low, from + 1.3 * span - size));
    frame = { left: within(next.left, width, home.left, home.width), top: within(next.top, height, home.top, home.height), width, height };
    svg.setAttribute("viewBox", `${frame.left} ${frame.top} ${frame.width} ${frame.height}`);
    scaleText();
    label();
    drawMarks();
  }

  function zoom(factor, at) {
    const [x, y] = at ?? [frame.left + frame.width / 2, frame.top + frame.height / 2];
    look({ left: x - (x - frame.left) * factor, top: y - (y - frame.top) * factor, width: frame.width * factor });
  }

  function pan(dx, dy) {
    look({ left: frame.left + dx * frame.width, top: frame.top + dy * frame.height, width: frame.width });
  }

  function scaleText() {
    const pixel = scale() || frame.width / 1100;
    svg.style.setProperty("--label", `${11 * pixel}px`);
    svg.style.setProperty("--halo", `${3 * pixel}px`);
    svg.style.setProperty("--mark", `${10.5 * pixel}px`);
    svg.style.setProperty("--down", `${3.6 * pixel}px`);
  }

  function label() {
    // Names as far as they have room, the busiest places first.
    const pixel = scale() || frame.width / 1100, taken = [], group = layer("labels"), made = [];
    for (const at of byRank) {
      if (made.length >= 70) break;
      const node = data.nodes[at], text = node[NAME].split(" (")[0];
      const x = (node[X] - frame.left) / pixel, y = (node[Y] - frame.top) / pixel;
      const box = { left: x + 4, right: x + 8 + 6.4 * text.length, top: y - 9, bottom: y + 5 };
      if (box.left < 0 || box.right > frame.width / pixel || box.top < 0 || box.bottom > frame.height / pixel) continue;
      if (taken.some((other) => box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom)) continue;
      taken.push({ left: box.left - 6, right: box.right + 6, top: box.top - 6, bottom: box.bottom + 6 });
      const name = element("text", { x: node[X] + 4.5 * pixel, y: node[Y] + 3.5 * pixel });
      name.textContent = text;
      made.push(name);
    }
    group.replaceChildren(...made);
  }

  // Events.
  let drag = null, isWaiting = false;
  svg.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "touch" || event.button !== 0) return;
    drag = { x: event.clientX, y: event.clientY, frame: { ...frame }, isMoved: false };
    svg.setPointerCapture(event.pointerId);
  });
  svg.addEventListener("pointermove", (event) => {
    if (drag) {
      const dx = event.clientX - drag.x, dy = event.clientY - drag.y;
      if (Math.hypot(dx, dy) > 4) drag.isMoved = true;
      if (drag.isMoved) look({ ...drag.frame, left: drag.frame.left - dx * scale(), top: drag.frame.top - dy * scale() });
      return;
    }
    if (pinned || isWaiting || event.target.closest?.(".mark")) return;
    isWaiting = true;
    requestAnimationFrame(() => { isWaiting = false; if (!pinned && !drag) point(event); });
  });
  svg.addEventListener("pointerup", (event) => {
    // A touch that the browser takes for scrolling ends without this event.
    const isClick = event.pointerType === "touch" || (drag && !drag.isMoved);
    drag = null;
    if (!isClick) return;
    hide();
    point(event);
    pinned = tip.hidden ? null : true;
  });
  svg.addEventListener("pointerleave", () => { if (!pinned && !drag) hide(); });
  svg.addEventListener("wheel", (event) => {
    if (!(event.ctrlKey || event.metaKey || document.activeElement === svg)) return;
    event.preventDefault();
    zoom(Math.exp(Math.sign(event.deltaY) * 0.2), toMap(event));
  }, { passive: false });
  svg.addEventListener("dblclick", (event) => zoom(0.5, toMap(event)));
  svg.addEventListener("keydown", (event) => {
    const moves = { ArrowLeft: [-0.15, 0], ArrowRight: [0.15, 0], ArrowUp: [0, -0.15], ArrowDown: [0, 0.15] };
    if (moves[event.key]) pan(...moves[event.key]);
    else if (event.key === "+" || event.key === "=") zoom(0.7);
    else if (event.key === "-") zoom(1 / 0.7);
    else if (event.key === "0") look(home);
    else return;
    event.preventDefault();
  });
  addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
  control("in").addEventListener("click", () => zoom(0.6));
  control("out").addEventListener("click", () => zoom(1 / 0.6));
  control("home").addEventListener("click", () => look(home));
  control("borders").addEventListener("change", () => { layer("borders").style.display = control("borders").checked ? "" : "none"; });
  control("find").addEventListener("change", () => find(control("find").value));
  for (const box of document.querySelectorAll(".map-controls input, .map-controls select")) {
    if (box.id !== "map-find" && box.id !== "map-borders") box.addEventListener("change", update);
  }
  document.addEventListener("case", update);
  document.addEventListener("show-link", (event) => {
    const at = data.links.findIndex((link) => link[LINK_ID] === event.detail);
    if (at < 0) return;
    const line = shape[at], width = Math.max(400, 2.5 * (line.right - line.left), 2.5 * (line.bottom - line.top));
    svg.scrollIntoView({ block: "center" });
    look({ left: (line.left + line.right - width) / 2, top: (line.top + line.bottom) / 2 - (width * home.height) / home.width / 2, width });
    layer("over").replaceChildren(element("path", { d: data.paths[at] }));
    showTip(null, linkLines(at), layer("over").firstChild);
    pinned = true;
  });

  function find(text) {
    const wanted = text.trim().toLocaleLowerCase();
    const at = data.nodes.findIndex((node) => node[NAME].toLocaleLowerCase() === wanted || node[NODE_ID].toLocaleLowerCase() === wanted);
    if (at < 0) { status.textContent = text ? said(words.notFound, { name: text }) : ""; return; }
    const [x, y] = [data.nodes[at][X], data.nodes[at][Y]], width = 1200, height = (width * home.height) / home.width;
    look({ left: x - width / 2, top: y - height / 2, width });
    showTip(null, placeLines(at));
    pinned = true;
  }

  words.from_to = (from, to) => `${from} → ${to}`;
  update();
  look(home);
  addEventListener("resize", () => look(frame));
  addEventListener("beforeprint", () => { isPrinting = true; look(frame); });
  addEventListener("afterprint", () => { isPrinting = false; look(frame); });
  svg.dataset.drawn = "true";
}
