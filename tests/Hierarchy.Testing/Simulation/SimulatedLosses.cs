using System.Collections.Immutable;
using Hierarchy.Domain.Changes;

namespace Hierarchy.Testing.Simulation;

/// <summary>The archive of losses of one server on its simulated disk: a loss is durable and whole before its fold, or not there.</summary>
internal sealed class SimulatedLosses(SimulatedDisk disk) : ILostStore
{
    private long _next = 1;

    /// <summary>What the disk holds.</summary>
    public ImmutableList<(Loss Loss, ImmutableArray<ChangeRecord> Records)> Image { get; set; } = [];

    public long Count => Image.Sum(kept => kept.Loss.Records);

    public async ValueTask<long> KeepAsync(Loss loss, IAsyncEnumerable<IReadOnlyList<ChangeRecord>> pages, CancellationToken cancellationToken)
    {
        var records = ImmutableArray.CreateBuilder<ChangeRecord>();
        await foreach (var page in pages.WithCancellation(cancellationToken)) records.AddRange(page);
        var known = Image.Find(kept => kept.Loss.Before == loss.Before).Loss;
        var id = known?.Id ?? _next++;
        Write("keep a loss", Image.RemoveAll(kept => kept.Loss.Id == id).Add((loss with { Id = id, Records = records.Count }, records.ToImmutable())));
        return id;
    }

    public ValueTask<IReadOnlyList<Loss>> ListAsync(CancellationToken cancellationToken) => ValueTask.FromResult<IReadOnlyList<Loss>>([.. Image.Select(kept => kept.Loss).OrderByDescending(loss => loss.Id)]);

    public ValueTask<IReadOnlyList<ChangeRecord>> ReadAsync(long id, long after, int maxRecords, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<ChangeRecord>>([.. Image.Where(kept => kept.Loss.Id == id).SelectMany(kept => kept.Records).Where(record => record.Sequence > after).Take(maxRecords)]);

    public ValueTask<bool> ForgetAsync(long id, CancellationToken cancellationToken)
    {
        var isKept = Image.Exists(kept => kept.Loss.Id == id);
        if (isKept) Write("forget a loss", Image.RemoveAll(kept => kept.Loss.Id == id));
        return ValueTask.FromResult(isKept);
    }

    /// <summary>Whether it is listed, in any loss, or a later word about the same key.</summary>
    public bool Lists(ChangeRecord record) => Image.Exists(kept => kept.Loss.Common < record.Sequence
        && kept.Records.Any(lost => lost.Sequence >= record.Sequence && lost.Kind == record.Kind && lost.Key.Span.SequenceEqual(record.Key.Span)));

    private void Write(string what, ImmutableList<(Loss Loss, ImmutableArray<ChangeRecord> Records)> image)
    {
        disk.Before(what);
        Image = image;
        disk.After(what);
    }
}
