"""What is wrong with a definition is told with its place and the nearest name."""

from __future__ import annotations

from services.campaigns.campaigns.domain.campaign import EventTrigger
from services.campaigns.journeys.domain.checking import faults_of
from services.campaigns.journeys.domain.conditions import OutcomeOf, ResponseTo
from services.campaigns.journeys.domain.nodes import Branch, Choice, Exit
from tests.unit.campaigns.journeys.builders import a_definition, a_send, a_wait


def test_a_name_that_leads_nowhere_is_told_with_the_nearest_one() -> None:
    definition = a_definition({"hello": a_send("remindr"), "reminder": Exit("exit")})
    [fault] = faults_of(definition)
    assert (fault.where, fault.cure) == ("/nodes/hello/next", "Did you mean 'reminder'?")


def test_a_start_that_does_not_exist_is_told() -> None:
    [fault] = faults_of(a_definition({"hello": a_send()}, start="helo"))
    assert (fault.where, fault.cure) == ("/start", "Did you mean 'hello'?")


def test_a_loop_is_refused_where_it_closes() -> None:
    """Would catch a traveller who walks for ever, and gets the same mail each time."""
    definition = a_definition({"a": a_wait("b", days=1), "b": a_send("c"), "c": a_wait("a", days=1)})
    faults = faults_of(definition)
    assert [(fault.where, fault.what) for fault in faults] == [("/nodes/c", "leads back to 'a'")]


def test_two_ways_to_one_node_are_no_loop() -> None:
    choice = Choice((OutcomeOf("outcome", "a", "refused"),), "end")
    definition = a_definition({"a": a_send("b"), "b": Branch("branch", (choice,), "end"), "end": Exit("exit")})
    assert faults_of(definition) == []


def test_a_node_that_nothing_leads_to_is_told() -> None:
    [fault] = faults_of(a_definition({"a": a_send(), "forgotten": Exit("exit")}))
    assert fault.where == "/nodes/forgotten"


def test_a_question_about_a_node_that_sends_nothing_is_told() -> None:
    choice = Choice((ResponseTo("response", "pause", "clicked"),), None)
    definition = a_definition(
        {"hello": a_send("pause"), "pause": a_wait("asked", days=1), "asked": Branch("branch", (choice,))}
    )
    [fault] = faults_of(definition)
    assert (fault.where, fault.what) == ("/nodes/asked/choices/0/when/0", "'pause' sends no message")


def test_a_key_is_a_field_of_the_entrys_event() -> None:
    purchase = EventTrigger("event", "purchase")
    assert faults_of(a_definition({"a": a_send()}, entry=purchase, key="order_id")) == []
    [fault] = faults_of(a_definition({"a": a_send()}, entry=purchase, key="order"))
    assert fault.cure == "Did you mean 'order_id'?"
    [fault] = faults_of(a_definition({"a": a_send()}, key="order_id"))
    assert fault.where == "/key"
