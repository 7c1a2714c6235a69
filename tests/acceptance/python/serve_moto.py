"""moto's IAM and STS on a free loopback port, until standard input closes. Prints {"port": …}.

`GET /calls` answers how many calls were made. One call at a time: moto walks its dictionaries while other threads write
to them, and then answers 500.
"""

import json
import logging
import sys
import threading

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

application = DomainDispatcherApplication(create_backend_app)
one_at_a_time = threading.Lock()
calls = 0


def serve(environ, start_response):
    global calls
    if environ["PATH_INFO"] == "/calls":
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(calls).encode()]
    with one_at_a_time:
        calls += 1
        return application(environ, start_response)


logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = make_server("127.0.0.1", 0, serve, threaded=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(json.dumps({"port": server.server_port}), flush=True)
sys.stdin.read()
