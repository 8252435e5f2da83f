using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Hierarchy.Agent.Locate;
using Hierarchy.Agent.Office;
using Hierarchy.Agent.State;
using Hierarchy.Domain;
using Hierarchy.Protocol.Client.V1;
using Microsoft.Extensions.Logging;
using OfficeReport = Hierarchy.Domain.Office.OfficeReport;
using Wire = Hierarchy.Protocol.Client.V1;

namespace Hierarchy.Agent.Report;

/// <summary>Hands states over to the server, in parts, each under a counter of its own; a part counts as handed over when the server says that it has it durably.</summary>
internal sealed partial class Reporter(StateFolder folder, StatusBook book, Func<ComputerDescription> describe, TimeProvider time, ILogger logger)
{
    private const int StatusesPerReport = 5000;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private OfficeReport? _sentOffice;

    /// <summary>What was found of Office; goes with every report, and makes one when it changes.</summary>
    internal OfficeReport? Office { get; set; }

    /// <summary>Reports handed over since the agent started, and the statuses in them.</summary>
    internal (int Reports, int Statuses) Sent { get; private set; }

    /// <summary>Sends what no server has. Says who the computer is even when there is nothing else to say, when told so. Returns how many statuses went.</summary>
    /// <exception cref="UnavailableException">The server does not take it now; it stays to be sent.</exception>
    internal async Task<int> SendAsync(IServerClient client, bool evenWhenEmpty, CancellationToken cancellationToken)
    {
        var total = 0;
        var wasFull = false;
        evenWhenEmpty |= _sentOffice is not null && !_sentOffice.Equals(Office);
        while (book.PendingCount > 0 || evenWhenEmpty)
        {
            evenWhenEmpty = false;
            var part = book.Pending(StatusesPerReport);
            var response = await client.ReportAsync(Request(part), Deadline, cancellationToken);
            book.MarkReported(part);
            _sentOffice = Office;
            total += part.Count;
            Sent = (Sent.Reports + 1, Sent.Statuses + part.Count);
            Log.Sent(logger, part.Count, client.Url);

            // Once: a server that asks with every answer must not keep the agent here.
            if (!response.FullReportWanted || wasFull || part.Count == book.Count) continue;
            wasFull = true;
            book.MarkAllPending();
            Log.Full(logger, client.Url);
        }

        return total;
    }

    private ReportRequest Request(IReadOnlyList<(Guid UpdateId, string User, StatusEntry Entry)> part)
    {
        var request = new ReportRequest
        {
            ClientId = folder.Identity.Id.ToString(),
            Incarnation = folder.Identity.Incarnation,
            Counter = folder.NextCounter(),
            Office = OfficeWire.ToWire(Office),
        };
        describe().Fill(request, time);
        request.Statuses.Add(part.Select(status => new UpdateStatus
        {
            UpdateId = ByteString.CopyFrom(status.UpdateId.ToByteArray(bigEndian: true)),
            RevisionNumber = status.Entry.RevisionNumber,
            State = (Wire.UpdateState)status.Entry.State,
            ResultCode = status.Entry.Code,
            Time = status.Entry.Time.ToTimestamp(),
            User = status.User,
            Hold = (Wire.HoldReason)status.Entry.Hold,
        }));
        return request;
    }

    private static partial class Log
    {
        [LoggerMessage(1501, LogLevel.Information, "Reported {Count} states to {Url}")]
        internal static partial void Sent(ILogger logger, int count, string url);

        [LoggerMessage(1502, LogLevel.Information, "{Url} does not know this computer: everything is reported again")]
        internal static partial void Full(ILogger logger, string url);
    }
}
