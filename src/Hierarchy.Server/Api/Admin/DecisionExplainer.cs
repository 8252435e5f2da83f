using Google.Protobuf.WellKnownTypes;
using Hierarchy.Content;
using Hierarchy.Content.Store;
using Hierarchy.Domain.Approvals;
using Hierarchy.Domain.Distribution;
using Hierarchy.Domain.Office;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Replication.Wire;

namespace Hierarchy.Server.Api.Admin;

/// <summary>Why a computer is told what it is told about an update.</summary>
internal sealed class DecisionExplainer(DecisionDesk desk, ComputerAdministration computers, ContentStore store)
{
    public async Task<ExplainDecisionResponse> ExplainAsync(ExplainDecisionRequest request, CancellationToken cancellationToken)
    {
        var view = desk.View;
        var update = UpdateFinder.Find(view, request.Update);
        var facts = (await computers.FindAsync(view, request.Computer, cancellationToken)).Facts;
        var computer = await computers.GetAsync(new GetComputerRequest { Computer = request.Computer }, cancellationToken);
        var report = computer.Computer.Report;
        var membership = view.MembershipOf(facts);
        var explanation = DecisionExplanation.Of(view, update, facts);
        var response = new ExplainDecisionResponse
        {
            ComputerId = report.ComputerId,
            Computer = report.Name,
            UpdateId = Positions.Id(update.UpdateId),
            Title = update.Latest!.Title, // Found updates have a revision.
            Action = (Protocol.Client.V1.DecisionAction)(explanation.Action ?? 0),
            RevisionNumber = explanation.RevisionNumber,
            Deadline = explanation.Deadline?.ToTimestamp(),
            DeadlineIsFloating = explanation.IsDeadlineFloating,
            Group = explanation.GroupId is { } group ? view.Groups.Find(group)?.Name ?? group.ToString("D") : "",
            State = computer.Statuses.FirstOrDefault(status => status.Report.UpdateId == Positions.Id(update.UpdateId))?.Report.State ?? Protocol.Client.V1.UpdateState.Unspecified,
        };
        response.DueAt = view.DueAt(explanation.Deadline, explanation.IsDeadlineFloating, facts)?.ToTimestamp();
        response.Groups.Add(membership.Direct);
        response.Reasons.Add(explanation.Reasons);
        var (said, statuses, isSeen) = await computers.SaidAsync(report.ComputerId, update.UpdateId, cancellationToken);
        var files = WantedFiles.All(view, update.Latest).Where(file => !file.IsExpress).ToArray();
        response.Outcome.Add(new OfferOutcome
        {
            Action = explanation.Action,
            IsSeen = isSeen,
            ReportedAt = said.ReportedAt,
            Statuses = statuses,
            Office = said.Office,
            Products = OfficeProduct.Of(update.Latest.Categories),
            Files = (files.Count(file => !store.Contains(ContentFile.From(file))), files.Length),
        }.Explain());
        response.Reported.Add(statuses.OrderBy(status => status.User, StringComparer.Ordinal).Select(status => new ReportedOutcome
        {
            User = status.User, State = (Protocol.Client.V1.UpdateState)status.State, Time = Timestamp.FromDateTimeOffset(status.Time), Hold = (Protocol.Client.V1.HoldReason)status.Hold,
        }));
        return response;
    }
}
