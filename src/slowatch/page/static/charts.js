// Drawings that answer to the mouse, in the place of those that came with the page.
"use strict";

(() => {
  const HOUR = 3600;
  const made = new Map();

  function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  }

  function base(figure, height) {
    const axis = {
      stroke: colour("soft"),
      grid: { stroke: colour("line"), width: 1 },
      ticks: { stroke: colour("line"), width: 1, size: 5 },
      font: "12px system-ui, sans-serif",
      space: 70,
    };
    return {
      axis,
      options: {
        width: figure.clientWidth,
        height,
        padding: [8, 28, 0, 0],
        tzDate: (at) => uPlot.tzDate(new Date(at * 1000), "Etc/UTC"),
        cursor: { y: false, points: { size: 6 } },
        fmtDate: (template) => uPlot.fmtDate(template),
      },
    };
  }

  const percent = (share) => (share == null ? "–" : `${(share * 100).toFixed(Math.abs(share) < 0.1 ? 2 : 1)}%`);
  const number = (count) => (count == null ? "–" : count.toLocaleString("en", { maximumFractionDigits: 1 }));

  function time(values, span) {
    const pad = (part) => String(part).padStart(2, "0");
    return values.map((at) => {
      const date = new Date(at * 1000);
      if (span > 2 * 24 * HOUR) return `${date.getUTCDate()} ${date.toLocaleString("en", { month: "short", timeZone: "UTC" })}`;
      const clock = `${pad(date.getUTCHours())}:${pad(date.getUTCMinutes())}`;
      return span > 600 ? clock : `${clock}:${pad(date.getUTCSeconds())}`;
    });
  }

  const moment = (at) => (at == null ? "–" : new Date(at * 1000).toISOString().slice(0, 16).replace("T", " "));

  function xAxis(axis, span) {
    return { ...axis, values: (_plot, values) => time(values, span) };
  }

  // The course of the budget: what was left after each point, and on to its end if that is near.
  function budget(figure, answer) {
    const points = answer.series[0].points;
    const share = 1 - Number(figure.dataset.objective);
    const allowed = share * points.reduce((sum, point) => sum + point.total, 0);
    const x = [];
    const left = [];
    const ahead = [];
    let bad = 0;
    for (const point of points) {
      const start = Date.parse(point.start) / 1000;
      if (!x.length) {
        x.push(start);
        left.push(1);
        ahead.push(null);
      }
      bad += point.bad;
      x.push(start + point.length_s);
      left.push(allowed > 0 ? 1 - bad / allowed : bad ? 0 : 1);
      ahead.push(null);
    }
    if (!x.length) return [];
    const now = Number(figure.dataset.now);
    left[left.length - 1] = now;
    const endsIn = Number(figure.dataset.endsIn || 0);
    if (endsIn) {
      ahead[ahead.length - 1] = now;
      x.push(x[x.length - 1] + endsIn);
      left.push(null);
      ahead.push(0);
    }
    const state = getComputedStyle(figure.querySelector(".plot")).getPropertyValue("--state").trim();
    const { axis, options } = base(figure, 230);
    const from = Math.min(x[0], Date.parse(answer.start) / 1000);
    const span = x[x.length - 1] - from;
    const low = Math.max(-1, Math.min(0, ...left.filter((v) => v != null)));
    const drawn = left.map((v) => (v == null ? null : Math.max(low, v)));
    const plot = new uPlot(
      {
        ...options,
        hooks: { draw: [(plot) => mark(plot, figure.dataset.ended)] },
        scales: { x: { time: true, range: [from, x[x.length - 1]] }, y: { range: [low, 1.02] } },
        axes: [xAxis(axis, span), { ...axis, space: 40, size: 56, values: (_plot, values) => values.map((v) => `${Math.round(v * 100)}%`) }],
        series: [
          { label: "until", value: (_plot, at) => moment(at) },
          { label: "budget left", stroke: state, width: 2, fill: `${state}1a`, points: { show: false }, value: (_plot, _v, _series, index) => percent(index == null ? null : left[index]) },
          { label: "at this pace", stroke: state, width: 2, dash: [5, 5], points: { show: false }, value: (_plot, v) => percent(v) },
        ],
      },
      [x, drawn, ahead],
      figure,
    );
    return [plot];
  }

  // The moment from which on nothing was left.
  function mark(plot, ended) {
    if (!ended) return;
    const { ctx, bbox } = plot;
    const at = plot.valToPos(Number(ended), "x", true);
    ctx.save();
    ctx.strokeStyle = ctx.fillStyle = colour("exhausted");
    ctx.setLineDash([4, 4]);
    ctx.beginPath();
    ctx.moveTo(at, bbox.top);
    ctx.lineTo(at, bbox.top + bbox.height);
    ctx.stroke();
    const isLate = at > bbox.left + bbox.width * 0.85;
    ctx.textAlign = isLate ? "right" : "left";
    ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`;
    ctx.fillText("used up", at + (isLate ? -6 : 6) * devicePixelRatio, bbox.top + 14 * devicePixelRatio);
    ctx.restore();
  }

  // All events, and below them, in a drawing of their own, the bad ones: they would not be seen else,
  // and nobody takes one of a thousand for a half.
  function events(figure, answer) {
    const points = answer.series[0].points;
    if (!points.length) return [];
    const x = points.map((point) => Date.parse(point.start) / 1000);
    const from = Date.parse(answer.start) / 1000;
    const to = Date.parse(answer.end) / 1000;
    const bars = uPlot.paths.bars({ size: [0.8, 40], align: 1 });

    function pane(label, height, name, wash, hasTimes) {
      const { axis, options } = base(figure, height);
      const times = hasTimes ? xAxis(axis, to - from) : { ...xAxis(axis, to - from), values: (_plot, values) => values.map(() => ""), size: 6 };
      return new uPlot(
        {
          ...options,
          cursor: { ...options.cursor, sync: { key: "events" } },
          scales: { x: { time: true, range: [from, to] }, y: { range: (_plot, _low, high) => [0, (high || 1) * 1.05] } },
          axes: [times, { ...axis, space: 30, size: 64, values: (_plot, values) => values.map(number) }],
          series: [
            { label: "from", value: (_plot, at) => moment(at) },
            { label, stroke: colour(name), fill: `${colour(name)}${wash}`, width: 0, paths: bars, points: { show: false }, value: (_plot, v) => number(v) },
          ],
        },
        [x, points.map((point) => point[label === "all" ? "total" : "bad"])],
        figure,
      );
    }

    return [pane("all", 150, "no_data", "55", false), pane("bad", 120, "exhausted", "", true)];
  }

  const KINDS = { budget, events };

  const answers = new Map();

  function ask(address) {
    if (!answers.has(address)) {
      answers.clear();
      const answer = fetch(address).then((answer) => (answer.ok ? answer.json() : null)).catch(() => null);
      answers.set(address, answer);
      answer.then((told) => told || answers.delete(address)); // it may be answered another time
    }
    return answers.get(address);
  }

  async function draw(figure) {
    const answer = await ask(figure.dataset.history);
    if (!answer || !answer.series.length || !document.contains(figure)) return; // the drawing that is there stays
    const plots = KINDS[figure.dataset.chart](figure, answer);
    if (!plots.length) return;
    clear(figure);
    made.set(figure, plots);
    for (const plot of plots) plot.root.setAttribute("aria-hidden", "true"); // the words and the table say it
    figure.classList.add("live-chart");
    sizes.observe(figure);
  }

  const sizes = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      for (const plot of made.get(target) || []) {
        if (plot.width !== target.clientWidth) plot.setSize({ width: target.clientWidth, height: plot.height });
      }
    }
  });

  function clear(figure) {
    for (const plot of made.get(figure) || []) plot.destroy();
    made.delete(figure);
  }

  function drawAll() {
    for (const figure of [...made.keys()]) {
      if (!document.contains(figure)) clear(figure);
    }
    for (const figure of document.querySelectorAll("figure[data-chart]")) draw(figure);
  }

  document.addEventListener("slowatch:swapped", drawAll);
  document.addEventListener("slowatch:theme", drawAll);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  drawAll();
})();
