"""The tutorial application on PostgreSQL, written with async SQLAlchemy and asyncpg."""

import os
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Query
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import selectinload
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from benchmarks.tutorial import (
    Event,
    EventActor,
    EventPublic,
    EventTopic,
    Quote,
    QuotePublic,
    QuoteSpeaker,
    QuoteTopic,
)

engine = create_async_engine(os.environ["TUTORIAL_DATABASE"], pool_size=10)
sessions = async_sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)
EVENT_PARTS = (
    selectinload(Event.actors),
    selectinload(Event.topics),
    selectinload(Event.sources),
)
QUOTE_PARTS = (
    selectinload(Quote.speakers),
    selectinload(Quote.topics),
    selectinload(Quote.sources),
)
app = FastAPI()


async def get_session() -> AsyncIterator[AsyncSession]:
    async with sessions() as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(get_session)]
Limit = Annotated[int, Query(le=100)]


@app.get("/events", response_model=list[EventPublic])
async def list_events(
    session: SessionDep,
    actor: str | None = None,
    start_date: str | None = None,
    end_date: str | None = None,
    topic: str | None = None,
    limit: Limit = 20,
):  # type: ignore[no-untyped-def]
    statement = select(Event).options(*EVENT_PARTS)
    if actor:
        statement = statement.join(EventActor).where(EventActor.actor_id == actor)
    if topic:
        statement = statement.join(EventTopic).where(EventTopic.topic_id == topic)
    if start_date:
        statement = statement.where(Event.end_date >= start_date)
    if end_date:
        statement = statement.where(Event.start_date <= end_date)
    statement = statement.order_by(col(Event.start_date).desc(), col(Event.id).desc())
    return (await session.exec(statement.limit(limit))).all()


@app.get("/events/{event_id}", response_model=EventPublic)
async def read_event(session: SessionDep, event_id: str):  # type: ignore[no-untyped-def]
    event = await session.get(Event, event_id, options=EVENT_PARTS)
    if not event:
        raise HTTPException(status_code=404, detail="Event not found")
    return event


@app.get("/quotes", response_model=list[QuotePublic])
async def list_quotes(
    session: SessionDep,
    speaker: str | None = None,
    topic: str | None = None,
    limit: Limit = 20,
):  # type: ignore[no-untyped-def]
    statement = select(Quote).options(*QUOTE_PARTS)
    if speaker:
        statement = statement.join(QuoteSpeaker).where(QuoteSpeaker.actor_id == speaker)
    if topic:
        statement = statement.join(QuoteTopic).where(QuoteTopic.topic_id == topic)
    statement = statement.order_by(col(Quote.start_date).desc(), col(Quote.id).desc())
    return (await session.exec(statement.limit(limit))).all()
