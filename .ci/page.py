"""Opens pages of the examples in headless Chromium: no error, no request, every chart visible, tables that sort and filter
by keyboard, and names that are script tags run nothing.

    python3 .ci/page.py PAGE …
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.request

import websocket

KEYS = {"Enter": (13, "\r"), "Tab": (9, ""), " ": (32, " ")}


class Browser:
    """Chromium, spoken to by its DevTools protocol."""

    def __init__(self, folder):
        command = ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0",
                   "--remote-allow-origins=*", f"--user-data-dir={folder}", "about:blank"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        port = pathlib.Path(folder) / "DevToolsActivePort"
        deadline = time.time() + 60
        while not port.exists() or len(port.read_text().splitlines()) < 2:
            if time.time() > deadline:
                raise SystemExit("chromium does not start")
            time.sleep(0.1)
        tabs = json.load(urllib.request.urlopen(f"http://127.0.0.1:{port.read_text().splitlines()[0]}/json"))
        tab = next(tab for tab in tabs if tab["type"] == "page")
        self.socket = websocket.create_connection(tab["webSocketDebuggerUrl"], timeout=60)
        self.number, self.events = 0, []
        for domain in ["Page", "Runtime", "Log", "Network"]:
            self.call(f"{domain}.enable")

    def call(self, method, **parameters):
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.recv())
            if message.get("id") == self.number:
                if "error" in message:
                    raise SystemExit(f"{method}: {message['error']}")
                return message["result"]
            self.events.append(message)

    def value(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in result:
            raise SystemExit(f"{expression}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def press(self, key):
        code, text = KEYS[key]
        common = {"key": key, "code": key, "windowsVirtualKeyCode": code}
        self.call("Input.dispatchKeyEvent", type="keyDown", text=text, **common)
        self.call("Input.dispatchKeyEvent", type="keyUp", **common)

    def open(self, page):
        self.events.clear()
        self.call("Page.navigate", url=page.resolve().as_uri())
        deadline = time.time() + 60
        while self.value("document.readyState") != "complete" or self.value("location.protocol") != "file:":
            if time.time() > deadline:
                raise SystemExit(f"{page} does not load")
            time.sleep(0.05)

    def close(self):
        self.socket.close()
        self.process.terminate()
        self.process.wait()


def check(browser, page):
    browser.open(page)
    found = []
    hidden = browser.value(
        "[...document.querySelectorAll('figure svg')].filter(s => { const b = s.getBoundingClientRect();"
        " return b.width < 200 || b.height < 40 || b.right > document.documentElement.clientWidth + 1; }).length")
    if hidden:
        found.append(f"{hidden} charts are not visible in full")
    ids = browser.value(
        "(() => { const ids = [...document.querySelectorAll('[id]')].map(e => e.id);"
        " return ids.filter((id, at) => ids.indexOf(id) !== at); })()")
    if ids:
        found.append(f"ids stand twice: {ids}")
    if browser.value("document.querySelectorAll('script').length") != 1 or browser.value("window.ran === true"):
        found.append("a script came in by a name")
    tables = browser.value("document.querySelectorAll('table[data-sortable]').length")
    for at in range(tables):
        table = f"document.querySelectorAll('table[data-sortable]')[{at}]"
        # Tables of one section are folded but for the first.
        browser.value(f"(t => {{ const d = t.closest('details'); if (d) d.open = true; }})({table})")
        for column in range(browser.value(f"{table}.tHead.rows[0].cells.length")):
            head = f"{table}.tHead.rows[0].cells[{column}]"
            browser.value(f"{head}.querySelector('button').focus()")
            for turn in ["ascending", "descending"]:
                browser.press("Enter")
                if browser.value(f"{head}.getAttribute('aria-sort')") != turn:
                    found.append(f"table {at}, column {column} does not sort by the Enter key")
                values = browser.value(
                    f"[...{table}.tBodies[0].rows].map(r => r.cells[{column}].dataset.value)"
                    ".filter(v => v !== undefined).map(Number)")
                if values != sorted(values, reverse=turn == "descending"):
                    found.append(f"table {at}, column {column} is not in order, {turn}")
        rows = browser.value(f"{table}.tBodies[0].rows.length")
        name = browser.value(f"{table}.tBodies[0].rows[0].cells[0].textContent")
        browser.value(f"{table}.closest('.scroll').parentElement.querySelectorAll('input[type=search]');"
                      f"(t => {{ let e = t.closest('.scroll').previousElementSibling;"
                      f" while (!e.matches('label')) e = e.previousElementSibling; e.querySelector('input').focus(); }})({table})")
        browser.call("Input.insertText", text=name)
        shown = browser.value(f"[...{table}.tBodies[0].rows].filter(r => !r.hidden).length")
        if not 1 <= shown <= rows or (rows > 1 and shown == rows and not browser.value(
                f"[...{table}.tBodies[0].rows].every(r => r.textContent.includes({json.dumps(name)}))")):
            found.append(f"table {at}: {shown} of {rows} rows are shown with {name!r}")
    requests = [event["params"]["request"]["url"] for event in browser.events
                if event.get("method") == "Network.requestWillBeSent"]
    others = [url for url in requests if url != page.resolve().as_uri()]
    if others:
        found.append(f"requests: {others}")
    for event in browser.events:
        if event.get("method") in ["Runtime.exceptionThrown", "Log.entryAdded", "Runtime.consoleAPICalled"]:
            found.append(f"console: {json.dumps(event['params'])[:300]}")
    charts = browser.value("document.querySelectorAll('figure svg').length")
    print(f"{page.name}: {charts} charts, {tables} tables that sort and filter, {len(requests)} request")
    return [f"{page}: {what}" for what in found]


def main():
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        browser = Browser(folder)
        wrong = [what for page in sys.argv[1:] for what in check(browser, pathlib.Path(page))]
        browser.close()
    if wrong:
        raise SystemExit("\n".join(wrong))


main()
