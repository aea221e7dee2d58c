"""An endpoint that takes batches, in the test's process. It answers their requests as the scripted endpoint does."""

import json
import re
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tests.e2e.endpoint import ScriptedEndpoint

BUSY = ("validating", "in_progress")  # what is said of a batch before its end


class BatchingEndpoint(ScriptedEndpoint):
    """`batches`: as the provider has them; `sent`: how often each request came in a batch, by custom_id.

    `end`: a batch's status at its end; `spoil`: lines of the answer -> what the file holds instead. `offline`: how many of the
    next requests of batches and files are answered with 503; `keeps_files`: none can be deleted.
    """

    def __init__(self, server: HTTPServer) -> None:
        super().__init__(server, seconds=0.0)
        self.batches = dict[str, dict[str, Any]]()
        self.files = dict[str, bytes]()
        self.sent = Counter[str]()
        self.end = "completed"
        self.spoil: Callable[[list[dict[str, Any]]], list[str]] = lambda lines: [json.dumps(line) for line in lines]
        self.offline = 0
        self.keeps_files = False
        self._made = 0
        self.looks = 0
        self.at_look: Callable[[], None] = lambda: None
        self._guard = threading.Lock()
        for path, handler in (
            ("/v1/files", self._upload),
            (re.compile(r"/v1/files/[^/]+/content"), self._content),
            (re.compile(r"/v1/files/[^/]+"), self._delete),
            ("/v1/batches", self._batches),
            (re.compile(r"/v1/batches/[^/]+"), self._look),
        ):
            server.expect_request(path).respond_with_handler(self._unless_offline(handler))

    def _unless_offline(self, handler: Callable[[Request], Response]) -> Callable[[Request], Response]:
        def answer(http: Request) -> Response:
            with self._guard:
                if self.offline:
                    self.offline -= 1
                    return Response("busy", status=503, headers={"Retry-After": "0"})
            return handler(http)

        return answer

    def _upload(self, http: Request) -> Response:
        id_ = self._new_file()
        self.files[id_] = http.files["file"].read()
        assert http.form["purpose"] == "batch"
        whole = {"id": id_, "object": "file", "bytes": 1, "created_at": 1, "filename": "f", "purpose": "batch", "status": "ok"}
        return _json(whole)

    def _batches(self, http: Request) -> Response:
        if http.method == "GET":
            newest = list(reversed(self.batches.values()))
            return _json({"object": "list", "data": newest, "has_more": False})
        asked = http.get_json()
        requests = [json.loads(line) for line in self.files[asked["input_file_id"]].splitlines()]
        self.sent.update(request["custom_id"] for request in requests)
        batch = {
            "id": f"batch-{len(self.batches)}", "object": "batch", "created_at": 1, "status": "validating",
            "request_counts": {"total": len(requests), "completed": 0, "failed": 0}, **asked,
        }  # fmt: skip
        self.batches[batch["id"]] = batch
        return _json(batch)

    def _look(self, http: Request) -> Response:
        batch = self.batches.get(http.path.rsplit("/", 1)[1])
        if batch is None:
            return Response(json.dumps({"error": {"message": "no such batch"}}), status=404)
        self.looks += 1
        self.at_look()
        if batch["status"] == "in_progress":
            self._end(batch)
        elif batch["status"] == "validating":
            batch["status"] = "in_progress"
        return _json(batch)

    def _end(self, batch: dict[str, Any]) -> None:
        batch["status"] = self.end
        if self.end == "failed":
            batch["errors"] = {"object": "list", "data": [{"message": "the file is not to our taste", "code": "bad"}]}
            return
        lines = list[dict[str, Any]]()
        for line in self.files[batch["input_file_id"]].splitlines():
            request = json.loads(line)
            reply = self._answer(_Asked(request["body"]))  # type: ignore[arg-type] # all that it takes of a request
            response = {"status_code": 200, "request_id": "r", "body": json.loads(reply.data)}
            lines.append({"id": "l", "custom_id": request["custom_id"], "response": response, "error": None})
        batch["request_counts"]["completed"] = len(lines)
        id_ = batch["output_file_id"] = self._new_file()
        self.files[id_] = "\n".join(self.spoil(lines)).encode()

    def _new_file(self) -> str:
        self._made += 1
        return f"file-{self._made}"

    def _delete(self, http: Request) -> Response:
        id_ = http.path.split("/")[3]
        if http.method != "DELETE" or id_ not in self.files or self.keeps_files:
            return Response(json.dumps({"error": {"message": "this file stays"}}), status=404)
        del self.files[id_]
        return _json({"id": id_, "object": "file", "deleted": True})

    def _content(self, http: Request) -> Response:
        return Response(self.files[http.path.split("/")[3]], mimetype="application/octet-stream")


class _Asked:
    def __init__(self, body: dict[str, Any]) -> None:
        self._body = body

    def get_json(self) -> dict[str, Any]:
        return self._body


def _json(whole: dict[str, Any]) -> Response:
    return Response(json.dumps(whole), mimetype="application/json")
