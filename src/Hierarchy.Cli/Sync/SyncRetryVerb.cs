using System.CommandLine;
using Hierarchy.Protocol.Admin.V1;

namespace Hierarchy.Cli.Sync;

/// <summary>`sync retry-quarantined`: asks again for every document that was set aside.</summary>
internal sealed class SyncRetryVerb() : Verb(
    "retry-quarantined", "Ask the upstream again for every document that was set aside: after an update of the server, or when the upstream was mended.",
    "hierarchy sync retry-quarantined")
{
    protected override Task<int> RunAsync(Session session, ParseResult arguments) =>
        SyncStream.ShowAsync(session, () => session.Admin.RetryQuarantined(new RetryQuarantinedRequest { RequestedBy = session.User }, session.Streaming));

    protected override CommandFailedException Interrupted() => SyncStream.Interrupted();
}
