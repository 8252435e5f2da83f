using Hierarchy.Domain.Changes;
using Hierarchy.Testing.Logs;
using Hierarchy.Tests.Storage;

namespace Hierarchy.Tests.Replication;

/// <summary>The simulated mirror does what the real one does: what the simulation shows holds for it.</summary>
public sealed class MemoryMirrorLogTests : MirrorLogContract
{
    private MemoryMirrorLog? _log;

    protected override Task<IMirrorLog> ReopenAsync() => Task.FromResult<IMirrorLog>(_log = new MemoryMirrorLog(_log?.Image ?? LogImage.Genuine));

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
