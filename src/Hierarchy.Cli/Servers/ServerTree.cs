using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Hierarchy.Cli.Servers;

/// <summary>Servers drawn as who follows whom.</summary>
internal static class ServerTree
{
    /// <summary>A tree for each server whose parent is not among them.</summary>
    public static IRenderable Of(IReadOnlyList<ServerBody> servers)
    {
        var ids = servers.Select(server => server.ServerId).ToHashSet();
        var below = servers.ToLookup(server => server.ParentId is { } parent && ids.Contains(parent) && parent != server.ServerId ? parent : null);
        var drawn = new HashSet<string?>();
        var trees = below[null].Select(server => Draw(server)).ToList();
        // Samples of different moments may say that two servers follow each other: none is left out.
        trees.AddRange(servers.Where(server => !drawn.Contains(server.ServerId)).Select(Draw));
        return new Rows(trees);

        Tree Draw(ServerBody server)
        {
            var tree = new Tree(new Text(Describe(server)));
            drawn.Add(server.ServerId);
            foreach (var child in below[server.ServerId].Where(child => drawn.Add(child.ServerId))) Add(tree, child);
            return tree;
        }

        void Add(IHasTreeNodes parent, ServerBody server)
        {
            var node = parent.AddNode(new Text(Describe(server)));
            foreach (var child in below[server.ServerId].Where(child => drawn.Add(child.ServerId))) Add(node, child);
        }
    }

    /// <summary>What it does, in a word or two.</summary>
    public static string StateOf(ServerBody server) => server switch
    {
        { Silent: true, AgeSeconds: null } => "not heard of yet",
        { Silent: true, AgeSeconds: { } age } => $"silent for {Human.Span(TimeSpan.FromSeconds(age))}",
        { Phase: { } phase } => phase.Replace('_', ' '),
        _ => "",
    };

    /// <summary>Files of approved updates that it has, of those that it is to have.</summary>
    public static string FilesOf(ServerBody server) => $"{Human.Count(server.ContentFilesWanted - server.ContentFilesMissing)}/{Human.Count(server.ContentFilesWanted)}";

    private static string Describe(ServerBody server)
    {
        var parts = new List<string?> { server.Site is null ? $"{server.Name} ({server.Role})" : $"{server.Name} ({server.Role}, {server.Site})", StateOf(server) };
        if (server.Position is not null)
        {
            parts.Add(server.OverlayPosition is null ? $"at {server.Position.Sequence}" : $"at {server.Position.Sequence}+{server.OverlayPosition.Sequence}");
            parts.Add(server.Equal ? "equal" : server.Lag > 0 ? $"{Human.Count(server.Lag)} behind" : server.Lag < 0 ? $"{Human.Count(-server.Lag)} ahead" : "DIFFERENT");
            parts.Add($"{Human.Count(server.ClientsConnected)} clients");
            parts.Add($"files {FilesOf(server)}");
            if (server.OutboxPending > 0) parts.Add($"outbox {Human.Count(server.OutboxPending)}");
            if (server.DigestMismatches > 0) parts.Add($"{Human.Count(server.DigestMismatches)} digest mismatches");
            if (server.Repairs > 0) parts.Add($"{Human.Count(server.Repairs)} repairs");
            if (server.LostRecords > 0) parts.Add($"{Human.Count(server.LostRecords)} lost records");
            parts.Add(server.Version is null ? null : $"version {server.Version}");
        }

        if (server.ReadOnly is not null) parts.Add($"READ-ONLY: {server.ReadOnly}");
        if (server.Reason is not null) parts.Add(server.Reason);
        return string.Join(" · ", parts.Where(part => !string.IsNullOrEmpty(part)));
    }
}
