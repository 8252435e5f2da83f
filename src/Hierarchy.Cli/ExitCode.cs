namespace Hierarchy.Cli;

/// <summary>What the program ends with. Scripts rely on these numbers.</summary>
internal static class ExitCode
{
    public const int Ok = 0;
    public const int Failed = 1;
    public const int Usage = 2;

    /// <summary>128 + SIGINT, as shells count it.</summary>
    public const int Cancelled = 130;
}
