"""Random lives of requests through all four services: whatever people do and however the topics interleave."""

import logging
import os
from collections.abc import AsyncIterator
from http import HTTPStatus
from pathlib import Path

import halo_dispatch.app
import halo_documents.app
import halo_intake.app
import halo_notify.app
import pytest
import structlog
from halo_dispatch.settings import Settings as DispatchSettings
from halo_documents.settings import Settings as DocumentsSettings
from halo_events.contract.eopen import EOpenResident, RequestFiled
from halo_events.testing import Databases
from halo_intake.settings import IntakeSettings
from halo_local.stack import Endpoints
from halo_notify.settings import NotifySettings
from halo_service.callers import Role
from halo_service.service import Service
from halo_service.testing import local_settings
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from lives.checks import check_life
from lives.detours import Everybody
from lives.register import KELURAHAN, OFFICERS, Register
from lives.rules import Witness
from lives.steps import Step
from lives.town import LifeError, Town, open_town

LIVES = int(os.environ.get("HALO_LIVES", "60"))
"""How many lives are lived; the more, the rarer the turns."""
LONGEST = 70
"""Steps after which a life is broken off."""
DETOURS = 12
"""Most detours of a life."""
TRIED = 8
"""How often the mood tries what the rules refuse."""
MOODS = (
    "",
    "declines",
    "nobody home",
    "bad paper",
    "revise",
    "hold",
    "reject",
    "finds nobody",
    "finds nobody",
    "cancel",
    "leaves",
    "back",
)
"""What happens again and again in a life, by a word of the step: three tries in vain are rare by chance."""


@pytest.fixture(scope="module")
def services(minio: Endpoints) -> list[Service]:
    """The four services as they run. No message leaves: notify's jobs are not run."""
    store = {
        "s3_endpoint": minio.minio,
        "s3_bucket": "halo-lives",
        "s3_access_key": minio.minio_access_key,
        "s3_secret_key": minio.minio_secret_key,
        "s3_secure": False,
    }
    gateways = {"sms_url": "http://127.0.0.1:1/sms", "sms_token": "coba", "smtp_host": "127.0.0.1", "smtp_port": 1}
    documents = local_settings(DocumentsSettings, **store)
    halo_documents.app._store(documents).prepare_bucket()
    return [
        halo_intake.app.build(local_settings(IntakeSettings, close_working_days=0)),
        halo_dispatch.app.build(local_settings(DispatchSettings)),
        halo_documents.app.build(documents),
        halo_notify.app.build(
            local_settings(NotifySettings, **gateways, smtp_starttls=False, mail_from="pamor@bekasi.test")
        ),
    ]


@pytest.fixture
async def town(databases: Databases, services: list[Service]) -> AsyncIterator[Town]:
    """The town in which lives are lived, one after the other."""
    quiet = structlog.make_filtering_bound_logger(logging.CRITICAL)
    structlog.configure(wrapper_class=quiet)  # a life tells its own story
    try:
        async with open_town(databases, services) as town:
            yield town
    finally:
        structlog.reset_defaults()


class Life:
    """One life, drawn step by step."""

    def __init__(self, town: Town, data: st.DataObject, folder: Path) -> None:
        self.town = town
        self.data = data
        self.sight = Witness()
        self.people = Everybody(town, self.sight, Register(folder))
        self.seen = 0
        self.mood = ""
        self.since = 0
        self.taken = 0
        self.tried = 0
        self.detours = 0

    def draw(self, *choices: object) -> object:
        """One of these; the first is the plainest."""
        return self.data.draw(st.sampled_from(choices))

    def look(self) -> list[str]:
        """Take in what was published; its names."""
        fresh = self.town.log.facts[self.seen :]
        self.seen += len(fresh)
        for fact in fresh:
            self.sight.see(fact)
        return [fact.name for fact in fresh]

    async def live(self) -> None:
        """Live from the filing to the end, in one round or two."""
        await self.town.begin(self.data.draw(st.integers(0, 2**16)))
        await self.people.register.load(self.town.offices["dispatch"].database)
        await self.town.publish("dispatch")
        await self.file()
        self.mood = str(self.draw(*MOODS))
        self.since = int(str(self.draw(0, 0, 5, 10, 15)))
        for _ in range(LONGEST):
            await self.town.gossip()
            self.look()
            steps = self.choose()
            if not steps and not await self.go_on():
                break
            if steps:
                await self.take(
                    self.data.draw(st.sampled_from(steps)), hasty=self.draw(False, False, False, True) is True
                )
        await self.calm()

    def choose(self) -> list[Step]:
        """The steps of which one is taken next: the straight ones mostly, more often than not in a mood."""
        self.taken += 1
        detours = self.people.detours() if self.detours < DETOURS else []
        if self.taken > self.since and self.mood:
            moody = [step for step in detours if self.mood in step.name]
            if moody and self.draw(*"smmm") == "m":
                self.detours += 1
                return moody
            refused = [] if moody else [step for step in self.people.cheeky() if self.mood in step.name]
            if refused and self.tried < TRIED and self.draw(*"ssmm") == "m":
                self.tried += 1
                return refused
        way, steps = self.draw(*"ssssdc"), []
        if way == "d":
            steps = detours
            self.detours += bool(detours)
        elif way == "c":
            steps = self.people.cheeky()
        return steps or self.people.straight()

    async def calm(self) -> None:
        """Let everybody hear everything, and see that all is as it must be."""
        await self.town.settle()
        self.look()
        await check_life(self.town, self.sight)

    async def go_on(self) -> bool:
        """Where nobody has anything to do: let all be heard, answer a wish to cancel, close, or open anew."""
        await self.town.settle()
        self.look()
        if self.people.straight():
            return True
        await self.calm()
        if self.sight.ended and not self.sight.closed and not self.sight.cancelled:
            await self.close()
            await self.calm()
        if self.sight.ended and not self.sight.cancelled and self.sight.round == 1 and self.draw(False, True):
            await self.take(self.people.reopen())
            return True
        return False

    async def close(self) -> None:
        """Let intake's timer close what came to its end."""
        office = self.town.offices["intake"]
        await next(job for job in office.service.jobs if job.name == "close-ended").run(office.database)
        self.town.tell("time passes", await self.town.publish("intake"))
        self.look()
        if not self.sight.closed:
            raise LifeError("what came to its end was not closed")

    async def file(self) -> None:
        """The resident asks for one document or more, in e-OPen, at the call desk, or of the RW's officer."""
        channel = self.draw("eopen", "call_desk", "officer")
        kinds = self.draw(("ktp_el",), ("kia", "ktp_el"), ("akta_kelahiran", "kartu_keluarga"), ("akta_kematian",))
        resident = {
            "name": "Warga Contoh",
            "nik": "3275994101900001",
            "phone": "081234567890",
            "address": "Jl. Contoh 1",
        }
        place = {"kelurahan_code": KELURAHAN, "rw": self.draw("001", "002", "009"), "documents": kinds}
        if channel == "eopen":
            self.people.eopen_id = "EO-1"
            asked = RequestFiled(
                occurred_at=self.town.clock(), eopen_id="EO-1", resident=EOpenResident(**resident), **place
            )
            self.town.tell_eopen(asked)
            await self.town.settle("intake")
        else:
            who = (Role.CLERK, "clerk-1") if channel == "call_desk" else (Role.OFFICER, next(iter(OFFICERS)))
            body = {"channel": channel, "resident": resident, **place}
            answer = await self.people.call("intake", *who, "/requests", body)
            if answer.status_code != HTTPStatus.CREATED:
                raise LifeError(f"a good request was refused: {answer.text}")
            await self.town.publish("intake")
        self.town.tell(
            f"a request for {', '.join(kinds)} in RW {place['rw']} comes by {channel}", self.town.log.facts[-2:]
        )
        self.look()

    async def take(self, step: Step, *, hasty: bool = False) -> None:
        """Take a step. The service has heard everything, unless somebody is hasty: then it may have its own view."""
        if not hasty:
            await self.town.settle(step.service)
            self.look()
            if not step.fits():
                return
        allowed = bool(step.allowed())
        answer = await step.act()
        told = await self.town.publish(step.service)
        refused = answer is not None and not answer.is_success
        code = f": {answer.status_code} {answer.json().get('code')}" if answer is not None and refused else ""
        self.town.tell(f"{step.name}{' in haste' if hasty else ''}{code}", told)
        self.look()
        if answer is not None and answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise LifeError(f"{step.service} failed: {answer.status_code}")
        if refused and told:
            raise LifeError(f"a refused step told {[fact.name for fact in told]}")
        if hasty:
            return
        repeated = not allowed and step.repeatable and not told
        if refused is allowed and not repeated:
            raise LifeError(f"the rules {'take' if allowed else 'refuse'} this step, {step.service} does not")
        if allowed and not set(step.tells) <= {fact.name for fact in told}:
            raise LifeError(f"this step tells {step.tells}")


@settings(
    max_examples=LIVES,
    derandomize="HALO_LIVES" not in os.environ,
    deadline=None,
    database=None,
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)
@pytest.mark.timeout(600 + LIVES * 5)  # of which 300 s at most to make a failing life shorter
@given(data=st.data())
async def test_any_life(town: Town, tmp_path: Path, data: st.DataObject) -> None:
    """Tables equal the fold of the topics, the status is that of the lifecycle, each message is queued once."""
    life = Life(town, data, tmp_path)
    try:
        await life.live()
    except Exception as error:
        story = "\n".join(town.story)
        raise LifeError(f"{error}\n\nThe life:\n{story}") from error
