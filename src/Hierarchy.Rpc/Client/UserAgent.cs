namespace Grpc.Net.Client.Internal;

/// <summary>The <c>user-agent</c> of calls.</summary>
internal static class UserAgent
{
    public static readonly string Value =
        $"grpc-dotnet-hierarchy/{typeof(UserAgent).Assembly.GetName().Version?.ToString(3) ?? "0"} (.NET {Environment.Version}; {(OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "osx" : "linux")})";
}
