"""The same answers as one writes them after the tutorials of FastAPI and SQLModel.

Tables with relationships, which are loaded with the page (`selectinload`, so that no row asks by
itself), a response model, paging by offset; endpoints are plain functions in the threadpool. The
tables have an index on every column that is asked for.
"""

import os
from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Query
from sqlalchemy.orm import selectinload
from sqlmodel import Field, Relationship, Session, SQLModel, col, create_engine, func, select

engine = create_engine(
    os.environ.get("TUTORIAL_DATABASE", "sqlite://"), connect_args={"check_same_thread": False}
)


class EventActor(SQLModel, table=True):
    __tablename__ = "event_actor"
    event_id: str = Field(foreign_key="event.id", primary_key=True)
    actor_id: str = Field(foreign_key="actor.id", primary_key=True)


class EventTopic(SQLModel, table=True):
    __tablename__ = "event_topic"
    event_id: str = Field(foreign_key="event.id", primary_key=True)
    topic_id: str = Field(foreign_key="topic.id", primary_key=True)


class EventSource(SQLModel, table=True):
    __tablename__ = "event_source"
    event_id: str = Field(foreign_key="event.id", primary_key=True)
    source_id: str = Field(foreign_key="source.id", primary_key=True)


class QuoteSpeaker(SQLModel, table=True):
    __tablename__ = "quote_speaker"
    quote_id: str = Field(foreign_key="quote.id", primary_key=True)
    actor_id: str = Field(foreign_key="actor.id", primary_key=True)


class QuoteTopic(SQLModel, table=True):
    __tablename__ = "quote_topic"
    quote_id: str = Field(foreign_key="quote.id", primary_key=True)
    topic_id: str = Field(foreign_key="topic.id", primary_key=True)


class QuoteSource(SQLModel, table=True):
    __tablename__ = "quote_source"
    quote_id: str = Field(foreign_key="quote.id", primary_key=True)
    source_id: str = Field(foreign_key="source.id", primary_key=True)


class ActorPublic(SQLModel):
    id: str
    name: str


class Actor(ActorPublic, table=True):
    id: str = Field(primary_key=True)


class TopicPublic(SQLModel):
    id: str
    label: str


class Topic(TopicPublic, table=True):
    id: str = Field(primary_key=True)


class SourcePublic(SQLModel):
    id: str
    publisher: str
    title: str
    url: str | None


class Source(SourcePublic, table=True):
    id: str = Field(primary_key=True)


class EventBase(SQLModel):
    id: str
    date: str
    start_date: str
    end_date: str | None
    title: str
    summary: str
    event_type: str
    place: str | None


class Event(EventBase, table=True):
    id: str = Field(primary_key=True)
    actors: list[Actor] = Relationship(link_model=EventActor)
    topics: list[Topic] = Relationship(link_model=EventTopic)
    sources: list[Source] = Relationship(link_model=EventSource)


class EventPublic(EventBase):
    actors: list[ActorPublic]
    topics: list[TopicPublic]
    sources: list[SourcePublic]


class QuoteBase(SQLModel):
    id: str
    date: str
    start_date: str
    end_date: str | None
    text: str
    context: str | None
    language: str
    attribution: str
    event_id: str | None


class Quote(QuoteBase, table=True):
    id: str = Field(primary_key=True)
    speakers: list[Actor] = Relationship(link_model=QuoteSpeaker)
    topics: list[Topic] = Relationship(link_model=QuoteTopic)
    sources: list[Source] = Relationship(link_model=QuoteSource)


class QuotePublic(QuoteBase):
    speakers: list[ActorPublic]
    topics: list[TopicPublic]
    sources: list[SourcePublic]


app = FastAPI()


def get_session() -> Iterator[Session]:
    with Session(engine) as session:
        yield session


SessionDep = Annotated[Session, Depends(get_session)]
Limit = Annotated[int, Query(le=100)]


@app.get("/events", response_model=list[EventPublic])
def list_events(
    session: SessionDep,
    actor: str | None = None,
    start_date: str | None = None,
    end_date: str | None = None,
    topic: str | None = None,
    offset: int = 0,
    limit: Limit = 20,
):  # type: ignore[no-untyped-def]
    statement = select(Event).options(
        selectinload(Event.actors), selectinload(Event.topics), selectinload(Event.sources)
    )
    if actor:
        statement = statement.join(EventActor).where(EventActor.actor_id == actor)
    if topic:
        statement = statement.join(EventTopic).where(EventTopic.topic_id == topic)
    if start_date:
        statement = statement.where(Event.end_date >= start_date)
    if end_date:
        statement = statement.where(Event.start_date <= end_date)
    statement = statement.order_by(col(Event.start_date).desc(), col(Event.id).desc())
    return session.exec(statement.offset(offset).limit(limit)).all()


@app.get("/events/count")
def count_events(session: SessionDep, actor: str) -> int:
    statement = select(func.count()).select_from(EventActor).where(EventActor.actor_id == actor)
    return session.exec(statement).one()


@app.get("/events/{event_id}", response_model=EventPublic)
def read_event(session: SessionDep, event_id: str):  # type: ignore[no-untyped-def]
    event = session.get(Event, event_id)
    if not event:
        raise HTTPException(status_code=404, detail="Event not found")
    return event


@app.get("/quotes", response_model=list[QuotePublic])
def list_quotes(
    session: SessionDep,
    speaker: str | None = None,
    topic: str | None = None,
    q: str | None = None,
    offset: int = 0,
    limit: Limit = 20,
):  # type: ignore[no-untyped-def]
    statement = select(Quote).options(
        selectinload(Quote.speakers), selectinload(Quote.topics), selectinload(Quote.sources)
    )
    if speaker:
        statement = statement.join(QuoteSpeaker).where(QuoteSpeaker.actor_id == speaker)
    if topic:
        statement = statement.join(QuoteTopic).where(QuoteTopic.topic_id == topic)
    if q:
        statement = statement.where(col(Quote.text).contains(q))
    statement = statement.order_by(col(Quote.start_date).desc(), col(Quote.id).desc())
    return session.exec(statement.offset(offset).limit(limit)).all()
