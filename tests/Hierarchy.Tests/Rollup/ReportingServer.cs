using Hierarchy.Domain.Reports;
using Hierarchy.Replication.Rollup;
using Hierarchy.Storage.Sqlite;
using Hierarchy.Testing;

namespace Hierarchy.Tests.Rollup;

/// <summary>A server of a tree without sockets: its report store, and the call to its parent as far as it has come. Messages lie in queues until somebody delivers them.</summary>
internal sealed class ReportingServer(string name, TemporaryFolder folder) : IAsyncDisposable
{
    private readonly Queue<(long Received, long Rooted, Guid Life, Guid Chapter)> _answers = new();
    private readonly Queue<OutboxPage> _batches = new();
    private SqliteReportStore? _store;
    private RollupMachine? _machine;
    private Guid _life;
    private int _starts;
    private int _startsOfParent;
    private int _backups;
    private string? _backup;

    public string Id { get; } = name;

    public ReportingServer? Parent { get; set; }

    public SqliteReportStore Store => _store ?? throw new InvalidOperationException("It is not open.");

    /// <summary>Nothing more to say, and nothing on its way.</summary>
    public bool IsSettled => Parent is null || (_machine is { IsOpen: true } && _answers.Count == 0 && _batches.Count == 0 && Store.Rooted == Store.OutboxHead);

    private SqliteStoreOptions Options => new() { Path = folder[$"{Id}.db"] };

    public async Task OpenAsync(bool restored = false)
    {
        Cut();
        if (_store is not null) await _store.DisposeAsync();
        _store = SqliteReportStore.Open(Options, isRoot: Parent is null, restored);
        _starts++;
    }

    /// <summary>Keeps the file as it is.</summary>
    public async Task BackUpAsync()
    {
        await Store.DisposeAsync();
        _store = null;
        File.Copy(Options.Path, _backup = folder[$"{Id}-backup-{_backups++}.db"]);
        await OpenAsync();
    }

    /// <summary>Back to the last backup; says so, or is found out.</summary>
    public async Task RestoreAsync(bool says)
    {
        if (_backup is null) return;
        await Store.DisposeAsync();
        _store = null;
        foreach (var file in Directory.EnumerateFiles(folder.Path, $"{Id}.db*"))
            File.Delete(file);
        File.Copy(_backup, Options.Path);
        await OpenAsync(restored: says);
    }

    /// <summary>The connection breaks: what was on its way is lost.</summary>
    public void Cut()
    {
        _machine = null;
        _answers.Clear();
        _batches.Clear();
    }

    /// <summary>One thing happens on the way to the parent.</summary>
    public async Task StepAsync(Random random, CancellationToken cancellationToken)
    {
        if (Parent is null) return;
        // The calls of a server end with it.
        if (_startsOfParent != Parent._starts) Cut();
        if (_machine is null)
        {
            _startsOfParent = Parent._starts;
            _machine = new RollupMachine(Store.OutboxHead, batchesAhead: 3, Store.ChapterOf);
            _life = Store.OutboxIncarnation;
            await AnswerAsync(cancellationToken);
        }
        else if (_batches.Count > 0 && random.Next(2) == 0)
        {
            var batch = _batches.Dequeue();
            await Parent.Store.MergeAsync(batch.Computers, batch.Statuses, new ChildOutbox(Id, _life, batch.Through, Chapter: Store.ChapterOf(batch.Through)), cancellationToken);
            if (random.Next(15) == 0) Cut();
            else await AnswerAsync(cancellationToken);
        }
        else if (_answers.TryDequeue(out var answer))
        {
            await ExecuteAsync(_machine.OnAcknowledged(answer.Received, answer.Rooted, answer.Life, answer.Chapter), random, cancellationToken);
        }
        else
        {
            await ExecuteAsync(_machine.OnGrown(Store.OutboxHead), random, cancellationToken);
            if (_machine is { IsOpen: true } && random.Next(3) == 0) await AnswerAsync(cancellationToken);
        }
    }

    private async Task AnswerAsync(CancellationToken cancellationToken)
    {
        var known = await Parent!.Store.FindChildAsync(Id, _life, cancellationToken); // Only called where there is a parent.
        _answers.Enqueue((known?.Received ?? 0, Math.Min(known?.Rooted ?? 0, known?.Received ?? 0), Parent.Store.RootLife, known?.Chapter ?? Guid.Empty));
    }

    private async Task ExecuteAsync(IReadOnlyList<RollupEffect> effects, Random random, CancellationToken cancellationToken)
    {
        foreach (var effect in effects)
        {
            switch (effect)
            {
                case RollupEffect.Acknowledge acknowledge:
                    await Store.AcknowledgeAsync(acknowledge.Received, acknowledge.Rooted, acknowledge.RootLife, cancellationToken);
                    break;
                case RollupEffect.Read read:
                    var page = await Store.ReadOutboxAsync(read.After, random.Next(1, 30), 1 << 20, cancellationToken);
                    await ExecuteAsync(_machine!.OnRead(page), random, cancellationToken); // Effects come of a machine.
                    break;
                case RollupEffect.Send send:
                    _batches.Enqueue(send.Page);
                    break;
                case RollupEffect.Renew:
                    await Store.RenewOutboxAsync(cancellationToken);
                    Cut();
                    return;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_store is not null) await _store.DisposeAsync();
    }
}
