"""A real browser on the review page: where it is, and how a test opens a page that reports every problem."""

import os
import shutil

import pytest

PASSWORD = "four small words here"
ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
NAMES = ("chromium", "chromium-browser", "google-chrome")
WATCH = (
    "document.addEventListener('securitypolicyviolation', "
    "event => console.error(`CSP ${event.violatedDirective} ${event.blockedURI}`))"
)


def chromium():
    """The browser's path; no test of the page may be left out because it is missing."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if not found and os.environ.get("KB_TEST_BROWSER") != "0":
        pytest.fail("no Chromium: apt-get install chromium, or name it by CHROMIUM; KB_TEST_BROWSER=0 does without")
    if not found:
        pytest.skip("KB_TEST_BROWSER=0: the page was not tested in a browser")
    return found


def open_page(browser, problems, **options):
    page = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options}).new_page()
    page.add_init_script(WATCH)
    page.on("console", lambda line: problems.append(line.text) if line.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("dialog", lambda dialog: problems.append(f"dialog {dialog.message}"))
    return page


def sign_in(page, site, name="malee"):
    page.goto(f"{site}/")
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector(".queue")


def fits(page):
    """Nothing makes the page wider than the screen."""
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
