// Numbers and messages in the language of the page.
const report = JSON.parse(document.getElementById("report-data").textContent);
const words = report.words;

function number(value, digits = 0) {
  if (value === null || !Number.isFinite(value)) return "–";
  const [whole, part] = Math.abs(value).toFixed(digits).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, report.marks.thousands);
  const text = part ? grouped + report.marks.decimal + part : grouped;
  return value < 0 && /[1-9]/.test(text) ? "−" + text : text;
}

function short(value) {
  if (value === null || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  return number(value, size >= 100 || size === 0 ? 0 : size >= 10 ? 1 : 2);
}

function signed(value, digits = 0) {
  const text = number(value, digits);
  return value > 0 && /[1-9]/.test(text) ? "+" + text : text;
}

function said(message, values) {
  return message.replace(/\{(\w+)\}/g, (_, key) => values[key]);
}
