namespace Hierarchy.Domain.Office;

/// <summary>What an Office was installed from. The numbers are kept in reports.</summary>
public enum OfficeSourceKind
{
    /// <summary>Nothing tells.</summary>
    Unknown = 0,

    /// <summary>A disc, or a compressed copy of one on a disk or a share.</summary>
    Media = 1,

    /// <summary>An administrative installation point (AIP): what `setup /a` unpacked onto a share. Of XP and 2003 only.</summary>
    AdministrativeInstallPoint = 2,
}
