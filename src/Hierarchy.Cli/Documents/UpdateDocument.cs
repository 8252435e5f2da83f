using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;

namespace Hierarchy.Cli.Documents;

/// <summary>An update's latest revision.</summary>
internal sealed record UpdateDocument
{
    public required string? UpdateId { get; init; }
    public required int RevisionNumber { get; init; }
    public required int RevisionId { get; init; }
    public required string Type { get; init; }
    public required string Title { get; init; }
    public required IReadOnlyList<string> KnowledgeBaseArticles { get; init; }
    public required IReadOnlyList<string> SecurityBulletins { get; init; }
    public required IReadOnlyList<string> Cves { get; init; }
    public required string? Severity { get; init; }
    public required string? CategoryType { get; init; }
    public required IReadOnlyList<string?> Categories { get; init; }
    public required IReadOnlyList<ClauseDocument> Prerequisites { get; init; }
    public required IReadOnlyList<BundleDocument> BundledUpdates { get; init; }
    public required IReadOnlyList<string?> SupersededUpdates { get; init; }
    public required IReadOnlyList<FileDocument> Files { get; init; }
    public required string? CreationDate { get; init; }
    public required string? ArrivalDate { get; init; }
    public required bool Expired { get; init; }
    public required bool Declined { get; init; }
    public required bool ExplicitlyDeployable { get; init; }
    public required bool CanUninstall { get; init; }
    public required bool CanRequestUserInput { get; init; }
    public required string? EulaId { get; init; }
    public required string? Handler { get; init; }
    public required IReadOnlyList<string> Languages { get; init; }
    public required IReadOnlyList<ApprovalDocument> Approvals { get; init; }
    public required IReadOnlyDictionary<string, int> States { get; init; }
    public required string Supersedence { get; init; }

    public static UpdateDocument From(Update update)
    {
        var head = update.Head;
        return new UpdateDocument
        {
            UpdateId = Wire.Guid(head.UpdateId),
            RevisionNumber = head.RevisionNumber,
            RevisionId = head.RevisionId,
            Type = Wire.Name(head.Type),
            Title = head.Title,
            KnowledgeBaseArticles = [.. head.KnowledgeBaseArticles],
            SecurityBulletins = [.. head.SecurityBulletins],
            Cves = [.. head.Cves],
            Severity = Wire.NullIfEmpty(head.Severity),
            CategoryType = Wire.NullIfEmpty(head.CategoryType),
            Categories = [.. head.Categories.Select(Wire.Guid)],
            Prerequisites = [.. head.Prerequisites.Select(clause => new ClauseDocument([.. clause.AnyOf.Select(Wire.Guid)], clause.IsCategory))],
            BundledUpdates = [.. head.BundledUpdates.Select(bundle => new BundleDocument([.. bundle.AnyOf.Select(IdentityDocument.From)]))],
            SupersededUpdates = [.. head.SupersededUpdates.Select(Wire.Guid)],
            Files = [.. head.Files.Select(FileDocument.From)],
            CreationDate = Wire.Time(head.CreationDate),
            ArrivalDate = Wire.Time(head.ArrivalDate),
            Expired = head.Expired,
            Declined = update.Declined,
            ExplicitlyDeployable = head.ExplicitlyDeployable,
            CanUninstall = head.CanUninstall,
            CanRequestUserInput = head.CanRequestUserInput,
            EulaId = Wire.Guid(head.EulaId),
            Handler = Wire.NullIfEmpty(head.Handler),
            Languages = [.. head.Languages],
            Approvals = [.. update.Approvals.Select(approval => ApprovalDocument.From(approval.Group, approval.Record))],
            States = Wire.Counts(update.States),
            Supersedence = Wire.Name(update.Supersedence?.State ?? SupersedenceState.Unspecified),
        };
    }
}

/// <summary>Holds when one of these updates is installed.</summary>
internal sealed record ClauseDocument(IReadOnlyList<string?> AnyOf, bool IsCategory);

/// <summary>At least one of these belongs to the bundle.</summary>
internal sealed record BundleDocument(IReadOnlyList<IdentityDocument> AnyOf);
