namespace Grpc.AspNetCore.Server.Internal;

/// <summary>Remembers which services have a route for their unknown methods, so that each has one.</summary>
internal sealed class MappedServices
{
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    public bool AddFallback(string name) => _names.Add(name);
}
