using System.Xml.Linq;
using Xunit;

namespace Hierarchy.Tests.Architecture;

/// <summary>Holds the reference graph of the rooms: who may know whom.</summary>
public sealed class ReferenceGraphTests
{
    private const string Prefix = "Hierarchy.";

    private static readonly string[] Composers = ["Agent", "Cli", "Server"];

    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Domain"] = [],
        ["Rpc"] = [],
        ["Protocol"] = ["Rpc"],
        ["Storage"] = ["Domain"],
        ["WindowsUpdate"] = ["Domain"],
        ["Replication"] = ["Domain", "Protocol"],
        ["Content"] = ["Domain", "Protocol"],
        ["Web"] = ["Protocol"],
        // Storage: a backup is restored where no server runs that could be asked.
        ["Cli"] = ["Domain", "Protocol", "Storage"],
        ["Agent"] = ["Content", "Domain", "Protocol"],
        ["Server"] = ["Content", "Domain", "Protocol", "Replication", "Rpc", "Storage", "Web", "WindowsUpdate"],
    };

    private static readonly Dictionary<string, string[]> AllowedPackages = new()
    {
        ["Domain"] = [],
        ["Rpc"] = ["Google.Protobuf"],
        ["Protocol"] = ["Google.Protobuf", "Grpc.AspNetCore", "Grpc.Net.Client"],
    };

    [Fact]
    public void Rooms_EachReferencesWhatTheDesignAllows()
    {
        Assert.All(Rooms(), room =>
        {
            Assert.True(Allowed.TryGetValue(room.Name, out var allowed), $"{Prefix}{room.Name} is not a room of the design.");
            Assert.All(room.References, reference => Assert.Contains(reference, allowed));
        });
    }

    [Fact]
    public void Rooms_FollowNoCycle()
    {
        var references = Rooms().ToDictionary(room => room.Name, room => room.References);
        var done = new HashSet<string>();
        foreach (var name in references.Keys) Visit(name, []);

        void Visit(string name, List<string> path)
        {
            Assert.False(path.Contains(name), $"The rooms refer to each other in a circle: {string.Join(" -> ", path)} -> {name}");
            if (done.Contains(name)) return;
            foreach (var next in references[name]) Visit(next, [.. path, name]);
            done.Add(name);
        }
    }

    [Fact]
    public void Rooms_UnderTests_AreReferencedByNoRoomUnderSrc()
        => Assert.All(Projects("src"), path => Assert.DoesNotContain("/tests/", string.Join('\n', ReferencedPaths(path)), StringComparison.Ordinal));

    [Fact]
    public void Rooms_ThatAreBelowAll_TakeNoPackageBeyondTheirPurpose()
    {
        foreach (var path in Projects("src"))
        {
            if (!AllowedPackages.TryGetValue(RoomOf(path), out var allowed)) continue;
            // What generates code and stays behind (PrivateAssets) is no dependency.
            var packages = XDocument.Load(path).Descendants("PackageReference").Where(element => (string?)element.Attribute("PrivateAssets") != "all")
                .Select(element => (string?)element.Attribute("Include") ?? "");
            Assert.All(packages, package => Assert.Contains(package, allowed));
        }
    }

    [Fact]
    public void Rooms_AreProgramsOnlyWhereTheyCompose()
    {
        foreach (var path in Projects("src"))
        {
            var project = XDocument.Load(path).Root!; // A project file without a root element does not build.
            var program = (string?)project.Attribute("Sdk") == "Microsoft.NET.Sdk.Web" || project.Descendants("OutputType").Any(type => type.Value == "Exe");
            Assert.Equal(Composers.Contains(RoomOf(path)), program);
        }
    }

    [Fact]
    public void Solution_HoldsEveryProject()
    {
        var solution = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "Hierarchy.sln")).Replace('\\', '/');
        Assert.All(Projects("src").Concat(Projects("tests")), path => Assert.Contains(Path.GetRelativePath(RepositoryRoot.Path, path).Replace('\\', '/'), solution));
    }

    private static List<(string Name, string[] References)> Rooms()
    {
        var rooms = Projects("src").Select(path => (RoomOf(path), ReferencedPaths(path).Select(RoomOf).Order().ToArray())).ToList();
        Assert.NotEmpty(rooms);
        return rooms;
    }

    private static string[] Projects(string folder)
        => Directory.GetFiles(Path.Combine(RepositoryRoot.Path, folder), "*.csproj", SearchOption.AllDirectories);

    private static IEnumerable<string> ReferencedPaths(string project)
        => XDocument.Load(project).Descendants("ProjectReference")
            .Select(element => (string?)element.Attribute("Include") ?? "")
            .Select(include => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(project)!, include.Replace('\\', '/')))); // A file always has a folder.

    private static string RoomOf(string project)
    {
        var name = Path.GetFileNameWithoutExtension(project);
        Assert.StartsWith(Prefix, name, StringComparison.Ordinal);
        return name[Prefix.Length..];
    }
}
