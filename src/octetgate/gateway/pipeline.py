"""The life of a call, in order.  The order is the product's promise, so it stands here as code."""

import asyncio
import logging
import time
from collections.abc import Sequence

from octetgate.core.payload.codecs import BadPayload
from octetgate.core.ports.exchange import ClientGone, Exchange, Reply
from octetgate.core.ports.functions import StreamBroken
from octetgate.core.ports.meters import Meters
from octetgate.core.ports.metrics import Tally
from octetgate.core.ports.upstream import UpstreamError
from octetgate.gateway.call import Arrival, Call, Ids, arrive
from octetgate.gateway.faults import ExecutionFailed, Fault
from octetgate.gateway.phases.access_log import WriteLine, access_log, add_up
from octetgate.gateway.phases.admit import admit, authorize
from octetgate.gateway.phases.gateway_response import gateway_response
from octetgate.gateway.phases.locate import locate
from octetgate.gateway.phases.method_request import method_request, validate
from octetgate.gateway.phases.method_response import bounded_and_compressed
from octetgate.gateway.snapshot import Table

_log = logging.getLogger(__name__)


class Gateway:
    """Answers API calls; what a front door serves."""

    def __init__(
        self, live: Table, meters: Meters, write_log: WriteLine, elsewhere: Sequence[Tally] = ()
    ) -> None:
        """``elsewhere`` is what calls are added to that lead to no stage."""
        self._elsewhere = elsewhere
        self._live = live
        self._meters = meters
        self._write_log = write_log
        self._ids = Ids()

    async def handle(self, exchange: Exchange) -> None:  # noqa: C901  # one order, one place
        """Answer one API call, and write its line."""
        arrival = arrive(exchange, self._ids)
        call: Call | None = None
        status, complete, streamed = 0, False, False
        try:
            try:
                call = locate(arrival, self._live)
                if call.plan.authorizer is not None or call.stage.policy is not None:
                    await authorize(call)
                admit(call, self._live, self._meters)
                limits = call.stage.facts.aws_limits
                if limits is not None or "content-encoding" in arrival.sent:
                    await method_request(call)
                if call.plan.validates:
                    await validate(call)
                cache = call.plan.cache
                if cache is None:
                    reply = await _integrate(call)
                else:
                    reply = await cache.answer(call, _integrate)
                if limits is not None or call.plan.minimum_compression_size is not None:
                    reply = await bounded_and_compressed(call, reply)
            except Fault as fault:
                reply = self._refuse(arrival, call, fault)
                let_go(fault)
            status, streamed = reply.status, reply.body.ready is None
            await exchange.send(reply)
            complete = True
        except (ClientGone, asyncio.CancelledError) as gone:
            arrival.error = arrival.error or "the client left"
            if not isinstance(gone, ClientGone):
                raise
            let_go(gone)
        except (UpstreamError, StreamBroken, BadPayload) as error:
            # Part of the body has gone out; only a cut connection tells the client so.
            arrival.error = str(error)
            exchange.abort()
            let_go(error)
        except Exception:  # noqa: BLE001  # a bug: logged, answered 500, never swallowed
            _log.exception("request %s", arrival.request_id)
            status, complete = await self._bug(arrival)
        finally:
            self._ended(arrival, call, status, complete=complete, streamed=streamed)

    def _ended(
        self, arrival: Arrival, call: Call | None, status: int, *, complete: bool, streamed: bool
    ) -> None:
        """Write the call down, and add it up."""
        access_log(self._write_log, arrival, call, status, complete=complete, streamed=streamed)
        if call is None:
            add_up(self._elsewhere, arrival, status, complete=complete)
            return
        add_up(call.plan.tallies, arrival, status, complete=complete)
        if call.plan.log is not None:
            call.plan.log.add(call, status)

    def _refuse(self, arrival: Arrival, call: Call | None, fault: Fault) -> Reply:
        arrival.error = fault.reason
        arrival.response_type = fault.type
        arrival.fault = fault
        arrival.exchange.body.close()
        return gateway_response(arrival, call, fault)

    async def _bug(self, arrival: Arrival) -> tuple[int, bool]:
        """Answer 500 if nothing has been said yet; return the status and whether it got out."""
        exchange = arrival.exchange
        arrival.error = arrival.error or "internal error, see the server's log"
        arrival.response_type = ExecutionFailed.type
        if exchange.started:
            exchange.abort()
            return 500, False
        try:
            # In the built-in words: the API's own may be where the bug is.
            await exchange.send(gateway_response(arrival, None, ExecutionFailed("internal error")))
        except ClientGone:
            return 500, False
        return 500, True


async def _integrate(call: Call) -> Reply:
    """Ask the integration, and shape what the client gets."""
    arrival, integration = call.arrival, call.plan.integration
    request = await integration.prepare(call)
    arrival.integration_started = time.perf_counter()
    result = await integration.invoke(call, request)
    arrival.integration_ended = time.perf_counter()
    return await integration.answer(call, result)


def let_go(error: BaseException) -> None:
    """Free what the frames of a failed call hold, its bodies above all, without the collector.

    An error is often kept by what its traceback leads to (a connection that was lost, a future
    that failed), and such a circle waits for the collector, which comes seldom.
    """
    seen: BaseException | None = error
    while seen is not None:
        seen.__traceback__ = None
        seen = seen.__cause__ or seen.__context__
