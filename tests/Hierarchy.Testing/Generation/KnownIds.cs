namespace Hierarchy.Testing.Generation;

/// <summary>Ids that Microsoft gave to classifications, products and detectoids, with their names.</summary>
internal static class KnownIds
{
    public static readonly Guid Microsoft = new("56309036-4c77-4dd9-951a-99ee9c246a94");
    public static readonly Guid Windows = new("6964aab4-c5b5-43bd-a17d-ffb4346a8e1d");
    public static readonly Guid Office = new("477b856e-65c4-4473-b621-a8b230bb70d9");
    public static readonly Guid Windows11 = new("72e7624a-5b00-45d2-b92f-e561c0a6a160");
    public static readonly Guid Defender = new("8c3fcc84-7410-4a95-8b89-a166a0190486");
    public static readonly Guid X64 = new("59653007-e2e9-4f71-8525-2ff588527978");

    public static readonly Guid CriticalUpdates = new("e6cf1350-c01b-414d-a61f-263d14d133b4");
    public static readonly Guid DefinitionUpdates = new("e0789628-ce08-4437-be74-2495b842f43b");
    public static readonly Guid Drivers = new("ebfc1fc5-71a4-4f7b-9aca-3b9a503104a0");
    public static readonly Guid SecurityUpdates = new("0fa1201d-4330-4fa8-8ae9-b877473b6441");
    public static readonly Guid UpdateRollups = new("28bc880e-0592-4cbf-8f95-c79b17911d5f");
    public static readonly Guid Updates = new("cd5ffd1e-e932-4e3a-bf74-18bf0b1bbd83");
    public static readonly Guid Upgrades = new("3689bdc8-b205-4af4-8d4a-a63924c5e9d5");

    public static readonly IReadOnlyDictionary<Guid, string> Classifications = new Dictionary<Guid, string>
    {
        [new("5c9376ab-8ce6-464a-b136-22113dd69801")] = "Applications",
        [CriticalUpdates] = "Critical Updates",
        [DefinitionUpdates] = "Definition Updates",
        [Drivers] = "Drivers",
        [new("b54e7d24-7add-428f-8b75-90a396fa584f")] = "Feature Packs",
        [SecurityUpdates] = "Security Updates",
        [new("68c5b0a3-d1a6-4553-ae49-01d3a7827828")] = "Service Packs",
        [new("b4832bd8-e735-4761-8daf-37f882276dab")] = "Tools",
        [UpdateRollups] = "Update Rollups",
        [Updates] = "Updates",
        [Upgrades] = "Upgrades",
        [new("77835c8d-62a7-41f5-82ad-f28d1af1e3b1")] = "Driver Sets",
        [new("434de588-ed14-48f5-8eed-a15e09a991f6")] = "Connectors",
        [new("e140075d-8433-45c3-ad87-e72345b36078")] = "Developer Kits",
        [new("9511d615-35b2-47bb-927f-f73d8e9260bb")] = "Guidance",
    };

    public static readonly IReadOnlyDictionary<Guid, string> WindowsProducts = new Dictionary<Guid, string>
    {
        [new("3b4b8621-726e-43a6-b43b-37d07ec7019f")] = "Windows 2000",
        [new("558f4bc3-4827-49e1-accf-ea79fd72d4c9")] = "Windows XP",
        [new("4cb6ebd5-e38a-4826-9f76-1416a6f563b0")] = "Windows XP x64 Edition",
        [new("dbf57a08-0d5a-46ff-b30c-7715eb9498e9")] = "Windows Server 2003",
        [new("7f44c2a7-bc36-470b-be3b-c01b6dc5dd4e")] = "Windows Server 2003, Datacenter Edition",
        [new("26997d30-08ce-4f25-b2de-699c36a8033a")] = "Windows Vista",
        [new("ba0ae9cc-5f01-40b4-ac3f-50192b5d6aaf")] = "Windows Server 2008",
        [new("bfe5b177-a086-47a0-b102-097e4fa1f807")] = "Windows 7",
        [new("fdfe8200-9d98-44ba-a12a-772282bf60ef")] = "Windows Server 2008 R2",
        [new("2ee2ad83-828c-4405-9479-544d767993fc")] = "Windows 8",
        [new("6407468e-edc7-4ecd-8c32-521f64cee65e")] = "Windows 8.1",
        [new("a105a108-7c9b-4518-bbbe-73f0fe30012b")] = "Windows Server 2012",
        [new("d31bd4c3-d872-41c9-a2e7-231f372588cb")] = "Windows Server 2012 R2",
        [Windows11] = "Windows 11",
        [Defender] = "Microsoft Defender Antivirus",
        [new("dd78b8a1-0b20-45c1-add6-4da72e9364cf")] = "OOBE ZDP",
    };

    public static readonly IReadOnlyDictionary<Guid, string> OfficeProducts = new Dictionary<Guid, string>
    {
        [new("6248b8b1-ffeb-dbd9-887a-2acf53b09dfe")] = "Office 2002/XP",
        [new("1403f223-a63f-f572-82ba-c92391218055")] = "Office 2003",
        [new("041e4f9f-3a3d-4f58-8b2f-5e6fe95c4591")] = "Office 2007",
        [new("84f5f325-30d7-41c4-81d1-87a0e6535b66")] = "Office 2010",
        [new("704a0a4a-518f-4d69-9e03-10ba44198bd5")] = "Office 2013",
        [new("25aed893-7c2d-4a31-ae22-28ff8ac150ed")] = "Office 2016",
    };

    /// <summary>Processor detectoids with the architecture each asks for.</summary>
    public static readonly IReadOnlyDictionary<Guid, (string Title, int Architecture)> Processors = new Dictionary<Guid, (string, int)>
    {
        [new("3e0afb10-a9fb-4c16-a60e-5790c3803437")] = ("x86-based systems", 0),
        [X64] = ("x64-based systems", 9),
        [new("7af068bd-e532-41bd-8a11-a4099504e4a9")] = ("ARM-based systems", 5),
        [new("aabd43ad-a183-4f0b-8eee-8dbbcd67687f")] = ("Itanium-based systems", 6),
        [new("6f4f15f9-589c-406b-8a4d-48ce3f715a96")] = ("ARM64-based systems", 12),
    };
}
