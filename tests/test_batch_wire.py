"""Messages between processes: whole, bounded, never more than JSON."""

from __future__ import annotations

import os
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.batch.wire import MESSAGE_BOUND, WireError, pack, receive, send, split


def test_a_message_and_its_files_arrive_together(tmp_path):
    (tmp_path / "a").write_text("content")
    ours, theirs = socket.socketpair()
    with ours, theirs, (tmp_path / "a").open() as file:
        send(ours, {"fork": 1, "name": "\udcff\n"}, [file.fileno()])
        send(ours, {"stop": 1})
        first, second = receive(theirs), receive(theirs)
    assert first is not None
    message, (number,) = first
    assert message == {"fork": 1, "name": "\udcff\n"}
    assert os.read(number, 100) == b"content"
    assert not os.get_inheritable(number)
    os.close(number)
    assert second == ({"stop": 1}, [])


def test_a_closed_end_is_no_message():
    ours, theirs = socket.socketpair()
    ours.close()
    with theirs:
        assert receive(theirs) is None


def test_a_message_torn_by_the_other_ends_death_is_an_error():
    ours, theirs = socket.socketpair()
    with theirs:
        ours.sendall(pack({"a": "long enough"})[:-3])
        ours.close()
        with pytest.raises(ConnectionResetError):
            receive(theirs)


def test_a_length_over_the_bound_is_refused_before_anything_is_read():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall((MESSAGE_BOUND + 1).to_bytes(4, "big"))
        with pytest.raises(WireError, match="bytes"):
            receive(theirs)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[1]", b"7", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 100_000]
)
def test_what_is_no_json_object_is_an_error(body):
    with pytest.raises(WireError):
        list(split(len(body).to_bytes(4, "big") + body))


@given(st.lists(st.dictionaries(st.text(), st.integers() | st.text() | st.none())), st.data())
def test_messages_come_out_as_they_went_in_and_a_cut_is_noticed(messages, data):
    stream = b"".join(pack(message) for message in messages)
    assert list(split(stream)) == messages
    if stream:
        ends = [0]
        for message in messages:
            ends.append(ends[-1] + len(pack(message)))
        cut = data.draw(st.integers(0, len(stream) - 1))
        if cut in ends:
            assert list(split(stream[:cut])) == messages[: ends.index(cut)]
        else:
            with pytest.raises(WireError):
                list(split(stream[:cut]))
