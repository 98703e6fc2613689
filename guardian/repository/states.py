"""States by content: small ones whole, large ones as recipes over packs of pieces that moments share."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from guardian.domain.snapshot import Layout, StateRef
from guardian.domain.state import StateFacts
from guardian.errors import BlobMissingError, StoreCorruptError
from guardian.repository.keys import object_key
from guardian.repository.objects import ObjectKind, Objects, Referent, at_once
from guardian.repository.packs import Pack, decode_pack, encode_pack
from guardian.repository.pieces import cut
from guardian.repository.recipes import PackUse, Recipe, assemble, decode_recipe, encode_recipe, runs_of

WHOLE_BYTES = 256 * 1024
FEWEST_PACKS = 16
MOST_PACKS = 128
# Above these, what is read for nothing costs more than what is shared.
MOST_NEW = 0.5
MOST_READ = 3
KEPT_MOMENTS = 3
KEPT_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moment:
    """A recipe with the packs it refers to, in memory."""

    recipe: Recipe
    packs: Sequence[Pack]

    @property
    def size_bytes(self) -> int:
        return sum(each.bytes for each in self.recipe.packs)


class States:
    """Stores and rebuilds the raw bytes of states."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._moments: dict[str, _Moment] = {}

    def put(self, body: bytes, *, facts: StateFacts, source: str, like: StateRef | None) -> StateRef:
        """Store the bytes of a state, sharing what `like` holds already."""
        layout, object_id = self._store(body, facts.sha256, like)
        return StateRef(
            object=object_id,
            layout=layout,
            bytes=len(body),
            sha256=facts.sha256,
            lineage=facts.lineage,
            serial=facts.serial,
            terraform_version=facts.terraform_version,
            instances=facts.instances,
            source=source,
        )

    def get(self, ref: StateRef) -> bytes:
        """Return the bytes of a state, proven by its digest.

        Raises:
            StoreCorruptError: Something it is made of is not what it should be.
            BlobMissingError: Something it is made of is not there.
        """
        if ref.layout is Layout.WHOLE:
            body = self._objects.get(ObjectKind.STATE, ref.object, limit_bytes=ref.bytes)
        else:
            body = self._assemble(ref.object)
        if len(body) != ref.bytes or sha256(body).hexdigest() != ref.sha256:
            self._accuse(ref)
            raise StoreCorruptError(
                f"the state in {object_key(ref.object)} does not have its recorded digest"
            )
        return body

    def referents(self, ref: StateRef) -> tuple[Referent, ...]:
        """Return every object that the state is made of."""
        if ref.layout is Layout.WHOLE:
            return ((ObjectKind.STATE, ref.object),)
        packs = tuple((ObjectKind.PACK, each.id) for each in self._recipe(ref.object).packs)
        return ((ObjectKind.RECIPE, ref.object), *packs)

    def _store(self, body: bytes, digest: str, like: StateRef | None) -> tuple[Layout, str]:
        if like is not None and like.sha256 == digest and like.bytes == len(body) and self._is_sound(like):
            return like.layout, like.object
        if len(body) <= WHOLE_BYTES:
            return Layout.WHOLE, self._objects.put(ObjectKind.STATE, body)
        pieces = cut(body)
        moment = self._shared(pieces, body, digest, like) or self._alone(pieces, body, digest)
        object_id = self._objects.put(ObjectKind.RECIPE, encode_recipe(moment.recipe))
        self._keep(object_id, moment)
        return Layout.RECIPE, object_id

    def _shared(
        self, pieces: Sequence[bytes], body: bytes, digest: str, like: StateRef | None
    ) -> _Moment | None:
        """Build on the packs of `like`; None when it cannot be read or when that would not pay."""
        if like is None or like.layout is not Layout.RECIPE:
            return None
        try:
            base = self._load(like.object)
        except (StoreCorruptError, BlobMissingError):
            return None  # a damaged past must not spoil the present: the state is stored anew
        known: dict[bytes, tuple[int, int]] = {}
        for number, pack in enumerate(base.packs):
            known |= {piece: (number, each) for each, piece in enumerate(pack.pieces())}
        fresh: dict[bytes, tuple[int, int]] = {}
        places = []
        for piece in pieces:
            place = known.get(piece) or fresh.get(piece)
            if place is None:
                place = fresh[piece] = (len(base.packs), len(fresh))
            places.append(place)
        if sum(map(len, fresh)) > MOST_NEW * len(body):
            return None
        used = sorted({pack for pack, _ in places})
        total = sum(base.recipe.packs[each].bytes for each in used if each < len(base.packs))
        most = min(MOST_PACKS, max(FEWEST_PACKS, len(body) // WHOLE_BYTES))
        if len(used) > most or total > MOST_READ * len(body):
            return None
        uses, packs = list(base.recipe.packs), list(base.packs)
        if fresh:
            use, pack = self._put_pack(tuple(fresh))
            uses.append(use)
            packs.append(pack)
        renumbered = {pack: number for number, pack in enumerate(used)}
        recipe = Recipe(
            size_bytes=len(body),
            sha256=digest,
            packs=tuple(uses[each] for each in used),
            runs=runs_of(
                (renumbered[pack], piece, len(each))
                for (pack, piece), each in zip(places, pieces, strict=True)
            ),
        )
        return _Moment(recipe=recipe, packs=tuple(packs[each] for each in used))

    def _alone(self, pieces: Sequence[bytes], body: bytes, digest: str) -> _Moment:
        use, pack = self._put_pack(pieces)
        runs = runs_of((0, number, len(each)) for number, each in enumerate(pieces))
        recipe = Recipe(size_bytes=len(body), sha256=digest, packs=(use,), runs=runs)
        return _Moment(recipe=recipe, packs=(pack,))

    def _put_pack(self, pieces: Sequence[bytes]) -> tuple[PackUse, Pack]:
        content = encode_pack(pieces)
        object_id = self._objects.put(ObjectKind.PACK, content)
        return PackUse(id=object_id, bytes=len(content)), decode_pack(content, where=object_key(object_id))

    def _is_sound(self, ref: StateRef) -> bool:
        """Tell whether a state can be read back whole; a damaged one is not referred to again."""
        try:
            if not all(self._objects.is_verified(object_id) for _, object_id in self.referents(ref)):
                self.get(ref)
        except (StoreCorruptError, BlobMissingError):
            return False
        return True

    def _recipe(self, object_id: str) -> Recipe:
        if moment := self._moments.get(object_id):
            return moment.recipe
        return decode_recipe(self._objects.get(ObjectKind.RECIPE, object_id), where=object_key(object_id))

    def _assemble(self, object_id: str) -> bytes:
        # Packs are not proven one by one here: the digest of the whole proves every byte that is used.
        held: dict[PackUse, Pack] = {}
        if moment := self._moments.get(object_id):
            held = dict(zip(moment.recipe.packs, moment.packs, strict=True))
        recipe = self._recipe(object_id)
        return assemble(
            recipe, lambda use: held.get(use) or self._pack(use, proven=False), where=object_key(object_id)
        )

    def _accuse(self, ref: StateRef) -> None:
        """Read everything once more, proven, so that the error names what is damaged."""
        for kind, object_id in self.referents(ref):
            self._objects.get(kind, object_id)

    def _load(self, object_id: str) -> _Moment:
        if moment := self._moments.get(object_id):
            return moment
        recipe = self._recipe(object_id)
        moment = _Moment(recipe=recipe, packs=at_once(self._pack, recipe.packs))
        self._keep(object_id, moment)
        return moment

    def _pack(self, use: PackUse, *, proven: bool = True) -> Pack:
        read = self._objects.get if proven else self._objects.fetch
        content = read(ObjectKind.PACK, use.id, limit_bytes=use.bytes)
        return decode_pack(content, where=object_key(use.id))

    def _keep(self, object_id: str, moment: _Moment) -> None:
        self._moments.pop(object_id, None)
        if moment.size_bytes <= KEPT_BYTES:
            self._moments[object_id] = moment
        while len(self._moments) > KEPT_MOMENTS:
            del self._moments[next(iter(self._moments))]
