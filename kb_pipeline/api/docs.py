"""The page that shows the API, from files that are shipped with it: Swagger UI 5, which knows OpenAPI 3.1."""

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles

STATIC = Path(__file__).parent / "static"
static = StaticFiles(directory=STATIC)
router = APIRouter(include_in_schema=False)
_POLICY = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'"


@router.get("/docs")
def page() -> FileResponse:
    """The page."""
    return FileResponse(STATIC / "docs.html", headers={"Content-Security-Policy": f"{_POLICY}; frame-ancestors 'none'"})
