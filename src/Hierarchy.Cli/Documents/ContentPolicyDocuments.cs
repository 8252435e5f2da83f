using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Protocol.Catalog.V1;

namespace Hierarchy.Cli.Documents;

/// <summary>What is decided about content; null where nothing is.</summary>
internal sealed record ContentSettingsBody(string? Fetch, IReadOnlyList<ContentCategoryBody> Categories, bool? Express, double? KeepDays, long? SizeLimit, bool? ClosedForClients)
{
    public static ContentSettingsBody From(ContentSettingsRecord record, IReadOnlyDictionary<string, string> titles) => new(
        Wire.Name(record.Fetch),
        [.. record.Categories.Select(category => new ContentCategoryBody(Wire.Guid(category.CategoryId), titles.GetValueOrDefault(Wire.Guid(category.CategoryId) ?? "", ""), Wire.Name(category.Fetch)))],
        record.HasExpress ? record.Express : null, record.Keep?.ToTimeSpan().TotalDays, record.HasSizeLimit ? record.SizeLimit : null, record.HasClosedForClients ? record.ClosedForClients : null);
}

/// <summary>When files of a category are fetched.</summary>
internal sealed record ContentCategoryBody(string? CategoryId, string Title, string? Fetch);

/// <summary>What is decided about one server's content, and what holds for it.</summary>
internal sealed record ServerContentPolicyBody(string? ServerId, string Name, ContentSettingsBody Own, ContentSettingsBody Effective);

/// <summary>What is decided about content.</summary>
internal sealed record ContentPolicyDocument(ContentSettingsBody Tree, IReadOnlyList<ServerContentPolicyBody> Servers)
{
    public static ContentPolicyDocument From(GetContentPolicyResponse response)
    {
        var titles = response.Categories.ToDictionary(category => Wire.Guid(category.CategoryId) ?? "", category => category.Title);
        return new ContentPolicyDocument(
            ContentSettingsBody.From(response.Tree, titles),
            [.. response.Servers.Select(server => new ServerContentPolicyBody(
                Wire.Guid(server.ServerId), server.Name, ContentSettingsBody.From(server.Own, titles), ContentSettingsBody.From(server.Effective, titles)))]);
    }
}

/// <summary>What a change means for one server.</summary>
internal sealed record ContentConsequenceBody(string Server, string Source, int Files, long Bytes, int FilesLess, long BytesLess)
{
    public static ContentConsequenceBody From(ContentConsequence consequence) =>
        new(consequence.ServerName, consequence.Source, consequence.Files, consequence.Bytes, consequence.FilesLess, consequence.BytesLess);
}

/// <summary>What was decided about content, or would be.</summary>
internal sealed record ContentPolicySetDocument(bool WhatIf, string? Server, bool Changed, ContentSettingsBody Settings, IReadOnlyList<ContentConsequenceBody> Consequences, PositionDocument? Position);
