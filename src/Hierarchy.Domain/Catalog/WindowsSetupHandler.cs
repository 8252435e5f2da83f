namespace Hierarchy.Domain.Catalog;

/// <summary>Handler data of WindowsSetup: a feature update that its own setup program installs.</summary>
/// <param name="Program">The program: one of the update's file names.</param>
/// <param name="IsSetup360">True for the setup of Windows 10 and later.</param>
public sealed record WindowsSetupHandler(string Program, bool IsSetup360) : HandlerData;
