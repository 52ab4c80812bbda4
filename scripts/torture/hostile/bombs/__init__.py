"""Every bomb as (name, bytes)."""

from . import gif, heif, jpeg, mutants, others, png, tiff, webp


def every(dice):
    for family in (png, gif, jpeg, webp, tiff, heif, others):
        yield from family.bombs()
    yield from mutants.bombs(dice)
