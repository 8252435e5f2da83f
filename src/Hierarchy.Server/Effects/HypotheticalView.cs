using Hierarchy.Domain.Changes;
using Hierarchy.Domain.View;
using Hierarchy.Replication.Wire;

namespace Hierarchy.Server.Effects;

/// <summary>The view that changes would lead to, without committing them.</summary>
internal static class HypotheticalView
{
    /// <summary>That view; the head is the one before.</summary>
    public static ServedView After(ServedView before, IReadOnlyList<Change> changes)
    {
        var builder = new ServedViewBuilder(before, before.Overlay?.Position.Log ?? LogId.None);
        foreach (var change in changes)
            if (CatalogRecords.Read(new ChangeRecord(before.Head.Position.Sequence, change.Kind, change.Key, change.Payload)) is { } record)
                builder.Apply(record);
        return builder.Build(before.Head, before.Overlay);
    }
}
