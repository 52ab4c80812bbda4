"""Requests whose end two readers could see in two places, and others that are no requests.

Each shape is (name, bytes, allowed statuses of the first answer, what may follow). Every shape that could smuggle carries
MARK behind it: a request of its own. "ends" is: one answer and no more, the connection closed. "goes on" is: our reading
is the only one, so that the mark is a second request and is answered. "whole" is: one answer, connection open or not.
"""

from .server import TOKEN

MARK = b"GET /torture-mark HTTP/1.1\r\nHost: mark\r\n\r\n"
REFUSED = range(400, 506)


def post(*fields, body=b"", line="POST /torture-post HTTP/1.1", host="Host: torture"):
    lines = [line] + ([host] if host else []) + ["Authorization: Bearer " + TOKEN] + list(fields) + ["", ""]
    return "\r\n".join(lines).encode("latin-1") + body


CHUNKED = "Transfer-Encoding: chunked"


def lengths():
    body = b"hello"
    for name, fields in {
        "TE and CL": (CHUNKED, "Content-Length: 5"), "CL and TE": ("Content-Length: 5", CHUNKED),
        "CL twice, the same": ("Content-Length: 5", "Content-Length: 5"),
        "CL twice, different": ("Content-Length: 5", "Content-Length: 50"),
        "CL as a list": ("Content-Length: 5, 5",), "CL with plus": ("Content-Length: +5",),
        "CL negative": ("Content-Length: -5",), "CL hexadecimal": ("Content-Length: 0x5",),
        "CL with a blank inside": ("Content-Length: 5 5",), "CL with underscore": ("Content-Length: 5_0",),
        "CL beyond 64 bits": ("Content-Length: 18446744073709551621",), "CL of 40 digits": ("Content-Length: " + "9" * 40,),
        "CL of 2^63": ("Content-Length: 9223372036854775808",), "CL empty": ("Content-Length: ",),
        "CL as a word": ("Content-Length: five",), "CL with a point": ("Content-Length: 5.0",),
        "CL with vertical tab": ("Content-Length: \x0b5",), "CL with a no-break space": ("Content-Length: \xa05",),
        "TE chunked twice": (CHUNKED, CHUNKED), "TE chunked, chunked": ("Transfer-Encoding: chunked, chunked",),
        "TE gzip, chunked": ("Transfer-Encoding: gzip, chunked",), "TE chunked, identity": ("Transfer-Encoding: chunked, identity",),
        "TE identity": ("Transfer-Encoding: identity",), "TE xchunked": ("Transfer-Encoding: xchunked",),
        "TE quoted": ('Transfer-Encoding: "chunked"',), "TE with a parameter": ("Transfer-Encoding: chunked;q=1",),
        "TE empty": ("Transfer-Encoding: ",), "TE with vertical tab": ("Transfer-Encoding: \x0bchunked",),
        "blank before the colon of TE": ("Transfer-Encoding : chunked",), "tab before the colon of CL": ("Content-Length\t: 5",),
        "blank before a name": ("X: y", " Content-Length: 5"), "TE hidden by underscore and CL": ("Transfer_Encoding: chunked", "Content-Length : 5"),
    }.items():
        yield name, post(*fields, body=body + MARK), REFUSED, "ends"
    yield "TE in HTTP/1.0", post(CHUNKED, body=b"0\r\n\r\n" + MARK, line="POST /torture-post HTTP/1.0"), REFUSED, "ends"
    yield "CL with blanks around", post("Content-Length:   5  ", body=body + MARK), (404, 400), "goes on"
    yield "CL with leading zeros", post("Content-Length: 0005", body=body + MARK), (404,), "goes on"


def heads():
    ok = (200, 404)
    yield "a lone LF after the request line", b"GET /livez HTTP/1.1\nHost: a\r\n\r\n" + MARK, REFUSED, "ends"
    yield "a lone LF after a field", b"GET /livez HTTP/1.1\r\nHost: a\nX: y\r\n\r\n" + MARK, REFUSED, "ends"
    yield "a lone LF as the empty line", b"GET /livez HTTP/1.1\r\nHost: a\r\n\n" + MARK, REFUSED, "ends"
    yield "lone LFs everywhere", b"GET /livez HTTP/1.1\nHost: a\n\n" + MARK, REFUSED, "ends"
    yield "a lone CR in a value", post("X: a\rContent-Length: 5", body=MARK), REFUSED, "ends"
    yield "CR CR LF", b"GET /livez HTTP/1.1\r\nHost: a\r\r\n\r\n" + MARK, REFUSED, "ends"
    yield "a folded line that makes a Content-Length", post("Content: 5", " -Length", body=b"hello" + MARK), REFUSED, "ends"
    yield "a folded line that makes a TE", post("Transfer: chunked", "\t-Encoding", body=b"0\r\n\r\n" + MARK), REFUSED, "ends"
    yield "a folded value", post("X: a", " b", body=MARK), REFUSED, "ends"
    yield "a folded line of blanks", post("X: a", "   ", body=MARK), REFUSED, "ends"
    yield "a folded first line", b"GET /livez HTTP/1.1\r\n Host: a\r\nHost: b\r\n\r\n" + MARK, REFUSED, "ends"
    yield "NUL in a value", post("X: a\0b", body=MARK), REFUSED, "ends"
    yield "NUL ends a length", post("Content-Length: 5\0000", body=b"hello" + MARK), REFUSED, "ends"
    yield "NUL at the end of the last value", post("X: a\0\0", body=MARK), REFUSED, "ends"
    yield "NUL in a name", post("X\0Y: a", body=MARK), REFUSED, "ends"
    yield "NUL begins a line", post("\0X: a", body=MARK), REFUSED, "ends"
    yield "a line of one NUL", post("\0", body=MARK), REFUSED, "ends"
    yield "NUL in the target", b"GET /livez\0 HTTP/1.1\r\nHost: a\r\n\r\n" + MARK, REFUSED, "ends"
    yield "a control character in a value", post("X: a\x01b", body=MARK), REFUSED, "ends"
    yield "a name with a bracket", post("X(: a", body=MARK), REFUSED, "ends"
    yield "a line without colon", post("nonsense", body=MARK), REFUSED, "ends"
    yield "a line that begins with a colon", post(": a", body=MARK), REFUSED, "ends"
    yield "no Host", b"GET /livez HTTP/1.1\r\n\r\n" + MARK, REFUSED, "ends"
    yield "two Hosts", post("Host: other", body=MARK), REFUSED, "ends"
    yield "an unknown expectation", post("Expect: cake", "Content-Length: 5", body=b"hello" + MARK), REFUSED, "ends"
    yield "two good requests in one piece", b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n" + MARK, ok, "goes on"
    yield "an empty line before a request", b"\r\nGET /livez HTTP/1.1\r\nHost: a\r\n\r\n" + MARK, (200, *REFUSED), "goes on"


def lines():
    host = b"\r\nHost: a\r\n\r\n" + MARK
    for name, line in {
        "HTTP/0.9": b"GET /livez", "no target": b"GET ", "no target, with version": b"GET HTTP/1.1",
        "two blanks": b"GET  /livez HTTP/1.1", "two blanks before the version": b"GET /livez  HTTP/1.1",
        "a tab for a blank": b"GET\t/livez\tHTTP/1.1", "a blank at the end": b"GET /livez HTTP/1.1 ",
        "a blank in the target": b"GET /li vez HTTP/1.1", "HTTP/2.0": b"GET /livez HTTP/2.0",
        "HTTP/3.0": b"GET /livez HTTP/3.0", "HTTP/1.10": b"GET /livez HTTP/1.10", "HTTP/01.1": b"GET /livez HTTP/01.1",
        "http in small letters": b"GET /livez http/1.1", "XTTP": b"GET /livez XTTP/1.1", "an empty method": b" /livez HTTP/1.1",
        "a method with a bracket": b"G(T /livez HTTP/1.1", "a bad escape": b"GET /%zz HTTP/1.1", "a cut escape": b"GET /% HTTP/1.1",
        "no slash": b"GET livez HTTP/1.1", "a foreign scheme": b"GET ftp://a/livez HTTP/1.1",
        "CONNECT": b"CONNECT a:443 HTTP/1.1", "a TLS hello": b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03" + b"x" * 80,
    }.items():
        yield name, line + host, (*REFUSED, None), "ends"
    yield "HTTP/1.2, which is read as 1.1", b"GET /livez HTTP/1.2" + host, (200, *REFUSED), "goes on"
    yield "the preface of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9), (*REFUSED, None), "ends"
    yield "absolute target", b"GET http://other/livez HTTP/1.1\r\nHost: a\r\n\r\n" + MARK, (200,), "goes on"
    yield "absolute target with a user", b"GET http://u:p@other/livez HTTP/1.1\r\nHost: a\r\n\r\n" + MARK, (200, *REFUSED), "goes on"
    yield "asterisk", b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n" + MARK, (200, 204, *REFUSED), "goes on"
    yield "dots in the path", b"GET /../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n" + MARK, REFUSED, "goes on"
    yield "escaped dots in the path", b"GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n" + MARK, REFUSED, "goes on"


def chunks():
    """A chunked body always ends its connection, so no reading of it can leave a second request behind."""
    for name, body in {
        "a good body": b"5\r\nhello\r\n0\r\n\r\n", "a size with plus": b"+5\r\nhello\r\n0\r\n\r\n", "a negative size": b"-5\r\nhello\r\n0\r\n\r\n",
        "a size with 0x": b"0x5\r\nhello\r\n0\r\n\r\n", "an empty size": b"\r\nhello\r\n0\r\n\r\n", "a blank before a size": b" 5\r\nhello\r\n0\r\n\r\n",
        "a blank behind a size": b"5 \r\nhello\r\n0\r\n\r\n", "a size beyond 64 bits": b"10000000000000005\r\nhello\r\n0\r\n\r\n",
        "a size of 2^63": b"8000000000000000\r\nhello", "a size of 2^64-1": b"ffffffffffffffff\r\nhello", "a long size": b"0" * 5000 + b"5\r\nhello\r\n0\r\n\r\n",
        "a size too small": b"3\r\nhello\r\n0\r\n\r\n", "a size too large": b"9\r\nhello\r\n0\r\n\r\n", "no line end behind data": b"5\r\nhello0\r\n\r\n",
        "lone LFs": b"5\nhello\n0\n\n", "lone LF behind a size": b"5\nhello\r\n0\r\n\r\n", "lone CR behind a size": b"5\rhello\r\n0\r\n\r\n",
        "an extension": b"5;a=b\r\nhello\r\n0\r\n\r\n", "a quoted extension with CRLF": b'5;a="\r\n"\r\nhello\r\n0\r\n\r\n',
        "an extension ended by LF": b"2;\nxx\r\n47\r\n0\r\n\r\n", "a long extension": b"5;" + b"a" * 20000 + b"\r\nhello\r\n0\r\n\r\n",
        "many extensions": b"1;a=b;c=d\r\nx\r\n" * 5000 + b"0\r\n\r\n", "a trailer": b"5\r\nhello\r\n0\r\nX: y\r\n\r\n",
        "a trailer with a length": b"5\r\nhello\r\n0\r\nContent-Length: 99\r\n\r\n", "a long trailer": b"0\r\n" + b"X: y\r\n" * 20000 + b"\r\n",
        "a trailer with lone LF": b"0\r\nX: y\n\n", "a folded trailer": b"0\r\nX: y\r\n z\r\n\r\n", "many zeros": b"000000\r\n\r\n",
        "NUL in a size": b"5\0\r\nhello\r\n0\r\n\r\n",
    }.items():
        # The form is read to its end, and is none, so that a body which we could read is refused as well.
        content = post(CHUNKED, "Content-Type: multipart/form-data; boundary=x", body=body + MARK,
                       line="POST /api/images/upload HTTP/1.1")
        waits = name in ("a size of 2^63", "an extension ended by LF", "a size of 2^64-1", "a size too large")
        yield "chunks: " + name, content, (*REFUSED, None), "whole" if waits else "ends"


def floods():
    ok = (200, *REFUSED)
    yield "128 fields", b"GET /livez HTTP/1.1\r\nHost: a\r\n" + b"".join(b"X%d: y\r\n" % i for i in range(127)) + b"\r\n", (200,), "whole"
    yield "129 fields", b"GET /livez HTTP/1.1\r\nHost: a\r\n" + b"".join(b"X%d: y\r\n" % i for i in range(128)) + b"\r\n" + MARK, (431,), "ends"
    yield "10,000 fields", b"GET /livez HTTP/1.1\r\nHost: a\r\n" + b"A: b\r\n" * 10000 + b"\r\n" + MARK, (431, 400, None), "ends"
    yield "a field of 1 MB", post("X: " + "a" * (1 << 20), body=MARK), (431, 413, None), "ends"
    yield "a name of 1 MB", post("a" * (1 << 20) + ": x", body=MARK), (431, 413, None), "ends"
    yield "a target of 1 MB", b"GET /" + b"a" * (1 << 20) + b" HTTP/1.1\r\nHost: a\r\n\r\n" + MARK, (414, 431, None), "ends"
    yield "a target of 9 KB", b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: a\r\n\r\n" + MARK, (414,), "ends"
    # More values than a connection's memory holds: closed without a word.
    yield "a query of 4,000 values", b"GET /livez?" + b"a&" * 4000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", (*ok, None), "whole"
    yield "cookies of 10 KB", post("Cookie: " + "a=b; " * 2000), ok, "whole"
    yield "a method of 1 MB", b"A" * (1 << 20) + b" /livez HTTP/1.1\r\nHost: a\r\n\r\n" + MARK, (*REFUSED, None), "ends"
    yield "1 MB of empty lines", b"\r\n" * (1 << 19) + b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n", (200, *REFUSED, None), "whole"
    yield "1 MB without a line end", b"a" * (1 << 20), (*REFUSED, None), "whole"


def every():
    for family in (lengths, heads, lines, chunks, floods):
        yield from family()
