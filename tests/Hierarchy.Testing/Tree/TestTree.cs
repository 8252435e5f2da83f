namespace Hierarchy.Testing.Tree;

/// <summary>A root, replicas and agents in real processes on loopback, below a simulated Microsoft Update; all in one temporary folder.</summary>
public sealed class TestTree : IAsyncDisposable
{
    private readonly List<TreeNode> nodes = [];

    public TestTree(string prefix) => Folder = Directory.CreateTempSubdirectory(prefix).FullName;

    /// <summary>Everything is in here.</summary>
    public string Folder { get; }

    /// <summary>True leaves the folder where it is at the end.</summary>
    public bool KeepsFolder { get; set; }

    public IReadOnlyList<TreeNode> Nodes => nodes;

    public UpstreamNode AddUpstream(UpstreamNode.Catalog catalog) => Add(new UpstreamNode(Path.Combine(Folder, "microsoft-update"), catalog));

    public ServerNode AddServer(string name, ServerNode.Place place) => Add(new ServerNode(name, Path.Combine(Folder, name), place));

    public AgentNode AddAgent(string name, AgentNode.Computer computer) => Add(new AgentNode(name, Path.Combine(Folder, name), computer));

    /// <summary>Writes what every program said into a folder, and answers it.</summary>
    public string WriteLogs()
    {
        KeepsFolder = true;
        var folder = Directory.CreateDirectory(Path.Combine(Folder, "logs")).FullName;
        foreach (var node in nodes) File.WriteAllText(Path.Combine(folder, node.Name + ".log"), node.Log);
        return folder;
    }

    /// <summary>Stops all, and deletes the folder.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(nodes.Select(node => node.DisposeAsync().AsTask()));
        if (!KeepsFolder) Directory.Delete(Folder, recursive: true);
    }

    private T Add<T>(T node)
        where T : TreeNode
    {
        nodes.Add(node);
        return node;
    }
}
