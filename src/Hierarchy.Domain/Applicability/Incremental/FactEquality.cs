using Hierarchy.Domain.Applicability.Facts;

namespace Hierarchy.Domain.Applicability.Incremental;

/// <summary>Whether two answers say the same. Records whose lists are other objects are compared list by list; a list that is forgotten here costs an evaluation, and nothing worse.</summary>
internal static class FactEquality
{
    internal static bool AreEqual<T>(T? left, T? right)
    {
        // Value types are compared without boxing.
        if (typeof(T).IsValueType) return EqualityComparer<T>.Default.Equals(left, right);
        if (ReferenceEquals(left, right)) return true;
        return (left, right) switch
        {
            (OperatingSystemFacts one, OperatingSystemFacts other) => AreEqual(one, other),
            (MsiProductFacts one, MsiProductFacts other) => AreEqual(one, other),
            (IReadOnlyList<string> one, IReadOnlyList<string> other) => one.SequenceEqual(other),
            _ => EqualityComparer<T>.Default.Equals(left, right),
        };
    }

    private static bool AreEqual(OperatingSystemFacts left, OperatingSystemFacts right)
        => AreSequencesEqual(left.MuiLanguages, right.MuiLanguages) && left with { MuiLanguages = null } == right with { MuiLanguages = null };

    private static bool AreEqual(MsiProductFacts left, MsiProductFacts right)
        => AreSetsEqual(left.Features, right.Features) && AreSetsEqual(left.Components, right.Components) && ArePatchesEqual(left.Patches, right.Patches)
            && left with { Features = null, Components = null, Patches = null } == right with { Features = null, Components = null, Patches = null };

    private static bool ArePatchesEqual(IReadOnlyList<MsiPatchFacts>? left, IReadOnlyList<MsiPatchFacts>? right)
    {
        if (left is null || right is null || left.Count != right.Count) return left == right;
        for (var index = 0; index < left.Count; index++)
            if (!AreEqual(left[index], right[index])) return false;
        return true;
    }

    private static bool AreEqual(MsiPatchFacts left, MsiPatchFacts right)
        => left.Code == right.Code && AreSequencesEqual(left.Obsoletes, right.Obsoletes) && AreMapsEqual(left.Families, right.Families);

    private static bool AreMapsEqual(IReadOnlyDictionary<string, FourPartVersion>? left, IReadOnlyDictionary<string, FourPartVersion>? right)
    {
        if (left is null || right is null) return left == right;
        return left.Count == right.Count && left.All(pair => right.TryGetValue(pair.Key, out var version) && version == pair.Value);
    }

    private static bool AreSequencesEqual<T>(IReadOnlyList<T>? left, IReadOnlyList<T>? right) => left is null || right is null ? left == right : left.SequenceEqual(right);

    private static bool AreSetsEqual<T>(IReadOnlySet<T>? left, IReadOnlySet<T>? right) => left is null || right is null ? left == right : left.SetEquals(right);
}
