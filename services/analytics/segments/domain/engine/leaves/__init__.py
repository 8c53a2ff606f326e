"""The leaves of a program, one class for each way of remembering and answering."""

from services.analytics.segments.domain.engine.leaves import counts, events, profile, samples
from services.analytics.segments.domain.engine.leaves.base import Answer, Data, Leaf
from services.analytics.segments.domain.engine.leaves.sequences import SequenceLeaf
from services.analytics.segments.domain.language import nodes as n

__all__ = ["Answer", "Data", "Leaf", "leaf_of"]


def leaf_of(node: n.Node, id: int) -> Leaf:
    """The leaf that answers a node of the language; `id` is its place in the truth word and in stored states."""
    match node:
        case n.Attribute():
            return profile.AttributeLeaf(node, id)
        case n.Score():
            return profile.ScoreLeaf(node, id)
        case n.Age():
            return profile.AgeLeaf(node, id)
        case n.Years():
            return profile.YearsLeaf(node, id)
        case n.Anniversary():
            return profile.AnniversaryLeaf(node, id)
        case n.Consent():
            return profile.ConsentLeaf(node, id)
        case n.ListMember():
            return profile.ListLeaf(node, id)
        case n.Bucket():
            return profile.BucketLeaf(node, id)
        case n.Edge():
            return events.EdgeLeaf(node, id)
        case n.EdgeAge():
            return events.EdgeAgeLeaf(node, id)
        case n.Sequence():
            return SequenceLeaf(node, id)
        case n.Aggregate():
            return _aggregate(node, id)
    raise TypeError(f"not a leaf with a memory: {node!r}")


def _aggregate(node: n.Aggregate, id: int) -> Leaf:
    recent, fixed = isinstance(node.window, n.Last), isinstance(node.window, n.Fixed)
    if not recent and not fixed:
        return samples.SampleLeaf(node, id)
    if node.net or node.agg == n.RETURNED:
        return samples.RecentFold(node, id) if recent else samples.FixedFold(node, id)
    if node.agg == "count":
        return counts.RecentCount(node, id) if recent else counts.FixedCount(node, id)
    if node.agg == "distinct":
        return counts.RecentDistinct(node, id) if recent else counts.FixedDistinct(node, id)
    return samples.RecentFold(node, id) if recent else samples.FixedFold(node, id)
