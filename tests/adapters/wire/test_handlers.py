"""The tasks that answer exchanges: one for each in hand, used again, gone when cancelled."""

import asyncio
import contextlib

import pytest

from octetgate.adapters.wire.handlers import Handlers


class Told(Exception):
    """What a broken application raises."""


@pytest.fixture
async def world():
    """Return handlers of an application that does what the exchange, a coroutine, says."""

    async def app(exchange):
        await exchange

    handlers = Handlers(app)
    yield handlers
    await handlers.close()


async def nothing():
    """Answer without waiting."""


async def answered(handlers, exchange):
    """Return the task that answered the exchange, once it has finished."""
    finished = asyncio.get_running_loop().create_future()
    task = handlers.answer(exchange, finished.set_result)
    assert await finished is exchange
    await asyncio.sleep(0)
    return task


async def test_one_task_answers_one_exchange_after_another(world):
    first = await answered(world, nothing())
    assert await answered(world, nothing()) is first


async def test_exchanges_in_hand_together_have_tasks_of_their_own(world):
    going_on = asyncio.Event()
    first = world.answer(going_on.wait(), lambda exchange: None)
    assert await answered(world, nothing()) is not first
    going_on.set()


async def test_an_application_that_raises_has_finished_and_its_task_goes_on(world, caplog):
    async def raises():
        raise Told

    first = await answered(world, raises())
    assert "the application raised" in caplog.text
    assert await answered(world, nothing()) is first


async def test_a_cancelled_task_finishes_its_exchange_and_ends(world):
    finished = []
    task = world.answer(asyncio.Event().wait(), finished.append)
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    assert (task.cancelled(), len(finished)) == (True, 1)
    assert await answered(world, nothing()) is not task


async def test_a_task_whose_cancellation_the_application_kept_to_itself_ends_as_well(world):
    async def keeps_it():
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()

    task = world.answer(keeps_it(), lambda exchange: None)
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    assert await answered(world, nothing()) is not task


async def test_closing_ends_the_tasks_that_wait(world):
    task = await answered(world, nothing())
    await world.close()
    assert task.cancelled()
