using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Client.V1;
using Hierarchy.Protocol.Feed.V1;

namespace Hierarchy.Tests.Cli;

/// <summary>A stand-in for a server that knows two licences, for the tests of the command line alone.</summary>
internal sealed class CannedApprovals : ApprovalService.ApprovalServiceBase
{
    /// <summary>The last request.</summary>
    public IMessage? Request { get; private set; }

    public override Task<ListEulasResponse> ListEulas(ListEulasRequest request, ServerCallContext context) => Answer(request, new ListEulasResponse
    {
        Eulas =
        {
            new Eula
            {
                EulaId = Id(30), Updates = { new EulaUpdate { UpdateId = Id(1), Title = "Update [1]" }, new EulaUpdate { UpdateId = Id(2), Title = "Update 2" } }, Languages = { "de", "en" },
                Text = request.WithText ? "You may [use] it." : "", TextLanguage = request.WithText ? "en" : "",
            },
            new Eula
            {
                EulaId = Id(31), Accepted = true, AcceptedAt = Timestamp.FromDateTimeOffset(Ran.Now), AcceptedBy = "admin@console", Updates = { new EulaUpdate { UpdateId = Id(2), Title = "Update 2" } },
                TextMissing = request.WithText ? "Its publisher gives no text." : "",
            },
        },
    });

    public override Task<GetDecisionSettingsResponse> GetDecisionSettings(GetDecisionSettingsRequest request, ServerCallContext context) => Answer(request, new GetDecisionSettingsResponse { Settings = new() });

    public override Task<SetDecisionSettingsResponse> SetDecisionSettings(SetDecisionSettingsRequest request, ServerCallContext context) => Answer(request, new SetDecisionSettingsResponse
    {
        Settings = new() { KeepApprovedRevisions = request.KeepApprovedRevisions, KeepExpired = request.KeepExpired }, Changed = true, ApprovalsMoved = 3,
        Position = new Position { LogId = Id(0xA0), Epoch = 2, EpochId = Id(0xE0), Sequence = 25 },
    });

    public override Task<AcceptEulasResponse> AcceptEulas(AcceptEulasRequest request, ServerCallContext context) => Answer(request, new AcceptEulasResponse
    {
        EulaIds = { Id(30) }, Changed = 1, Position = new Position { LogId = Id(0xA0), Epoch = 2, EpochId = Id(0xE0), Sequence = 19 },
    });

    public override Task<ExplainDecisionResponse> ExplainDecision(ExplainDecisionRequest request, ServerCallContext context) => Answer(request, new ExplainDecisionResponse
    {
        ComputerId = "pc-1", Computer = "pc-1.example", Groups = { "Pilot" }, UpdateId = Id(1), Title = "Update [1]", Action = DecisionAction.Install, RevisionNumber = 200,
        Deadline = Timestamp.FromDateTimeOffset(Ran.Now), DeadlineIsFloating = true, Group = "Pilot", Reasons = { "The computer is in Pilot.", "Pilot says: install. [Nothing else] is said." },
        State = UpdateState.NotInstalled,
        Outcome = { "It is needed and not installed, because the computer holds it.", "Remedy: none." },
        Reported = { new ReportedOutcome { User = "anna", State = UpdateState.NotInstalled, Time = Timestamp.FromDateTimeOffset(Ran.Now), Hold = HoldReason.UpdatedInstallPoint } },
    });

    private Task<T> Answer<T>(IMessage request, T answer)
    {
        Request = request;
        return Task.FromResult(answer);
    }

    private static ByteString Id(byte last) => ByteString.CopyFrom(new Guid(1, 2, 3, 4, 5, 6, 7, 0, 0, 0, last).ToByteArray(bigEndian: true));
}
